// `npm run outage -- [--seconds N] [--rate N]`: a Postgres for it, then events while its own Temporal is stopped.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { testPostgres, testTemporal, testVariables } from "../packages/devstack/src/testing.ts";

const postgres = await testPostgres();
const temporal = await testTemporal();
const child = spawn(
  process.execPath,
  [join(import.meta.dirname, "../packages/devstack/src/outage/main.ts"), ...process.argv.slice(2)],
  {
    stdio: "inherit",
    env: { ...process.env, [testVariables.database]: postgres.ownerUrl, [testVariables.temporal]: temporal.address },
  },
);
const [code] = (await once(child, "exit")) as [number | null];
await temporal.stop();
await postgres.stop();
process.exit(code ?? 1);
