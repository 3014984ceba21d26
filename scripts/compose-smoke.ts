// `npm run test:workflow-runtime-v2-compose-smoke`: does an installation work? In containers where there is an engine, otherwise as
// processes of the built output. `--processes` asks for the second; `--built <folder>` takes a build with packages that is there.
import { lineProgress } from "../packages/devstack/src/progress.ts";
import { findEngine, startContainers } from "./smoke/containers.ts";
import { startProcesses } from "./smoke/processes.ts";
import { scenario } from "./smoke/scenario.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const startMs = performance.now();
const isAsked = process.argv.includes("--processes");
const engine = isAsked ? undefined : findEngine();
const built = process.argv[process.argv.indexOf("--built") + 1 || process.argv.length];
let stopping: Promise<void> | undefined;

try {
  if (engine === undefined) {
    say(`Mode: processes of the built output (${isAsked ? "as asked" : "no container engine with compose answers"}).`);
    const started = await startProcesses(
      { built, temporalAddress: process.env["MAINSPRING_TEST_TEMPORAL_ADDRESS"] },
      lineProgress((text) => void process.stdout.write(text)),
    );
    const stop = (): Promise<void> => (stopping ??= started.stop());
    endOnSignal(stop);
    try {
      await scenario(started, (line) => say(`  ✓ ${line}`));
      if (started.restarts().length > 0) throw new Error(started.restarts().join("; "));
    } finally {
      await stop();
    }
  } else {
    say(`Mode: containers of compose.yaml (${engine}).`);
    const started = await startContainers(engine, (line) => say(`  … ${line}`));
    const stop = (): Promise<void> => (stopping ??= started.stop());
    endOnSignal(stop);
    try {
      await scenario(started, (line) => say(`  ✓ ${line}`));
    } finally {
      await stop();
    }
  }
  say(`The installation works (${((performance.now() - startMs) / 1000).toFixed(1)} s).`);
} catch (error) {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function endOnSignal(stop: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stop().then(() => process.exit(1)));
}
