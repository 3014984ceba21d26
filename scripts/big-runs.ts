// `npm run big-runs -- [--steps N] [--dishes N]`: the long form of what `npm test` does with 600 steps and 50 dishes: one run of 10,000 action
// steps, and the kitchen sink with 2,500 dishes. 0 leaves one of them out.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "10000" }, dishes: { type: "string", default: "2500" } },
});
const [steps, dishes] = [Number(values.steps), Number(values.dishes)];
if (!isCount(steps) || !isCount(dishes)) {
  process.stderr.write("--steps and --dishes take numbers from 0 to 10000\n");
  process.exit(2);
}
if (steps > 0) await run(["packages/runtime/src/workflow/big-runs"], { MAINSPRING_BIG_RUN_STEPS: String(steps) });
if (dishes > 0)
  await run(["packages/runtime/src/acceptance", "-t", `plain .*${dishes} dishes`], {
    MAINSPRING_DISHES: String(dishes),
  });

async function run(what: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const vitest = spawn("npx", ["vitest", "run", "--project", "integration", ...what], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const [code] = (await once(vitest, "exit")) as [number | null];
  if (code !== 0) process.exit(code ?? 1);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= 10_000;
}
