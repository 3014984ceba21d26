// `npm run chaos -- [--seed N] [--runs N] [--kills N]`: a Temporal for it, then the kills; it brings its own Postgres.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { testTemporal, testVariables } from "../packages/devstack/src/testing.ts";

const temporal = await testTemporal();
const child = spawn(
  process.execPath,
  [join(import.meta.dirname, "../packages/devstack/src/chaos/main.ts"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, [testVariables.temporal]: temporal.address } },
);
const [code] = (await once(child, "exit")) as [number | null];
await temporal.stop();
process.exit(code ?? 1);
