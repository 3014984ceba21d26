// `npm run big-runs -- [--steps N]`: the long form of what `npm test` does with 600 steps: one run of 10,000 action steps.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { steps: { type: "string", default: "10000" } } });
const steps = Number(values.steps);
if (!Number.isSafeInteger(steps) || steps < 1 || steps > 10_000) {
  process.stderr.write("--steps takes a number from 1 to 10000\n");
  process.exit(2);
}
const vitest = spawn("npx", ["vitest", "run", "--project", "integration", "packages/runtime/src/workflow/big-runs"], {
  stdio: "inherit",
  env: { ...process.env, MAINSPRING_BIG_RUN_STEPS: String(steps) },
});
const [code] = (await once(vitest, "exit")) as [number | null];
process.exit(code ?? 1);
