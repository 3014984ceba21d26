import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { workflowIdOf, type CompiledExpression, type Json, type Program } from "@mainspring/core";
import { compileExpression } from "@mainspring/core/compile";
import { evaluationSets } from "@mainspring/core/testing";
import { testTemporalAddress } from "../testing/namespace.ts";
import { startSandbox, type Sandbox } from "../testing/sandbox.ts";
import { newWorld, type World } from "../testing/world.ts";
import { emptyDefinition, pureDefinition, purePayload } from "./pure-definition.ts";
import type { NodeJob } from "./pure-node.ts";
import { median } from "./statistics.ts";
import type { StepTime } from "./timing.ts";

const stepUsMax = 60;
const warmUps = 3;
const executions = 20;

/** Expressions and pure steps in the Temporal sandbox, beside the same in Node. @param pairs of whole runs, with and without steps */
export async function measurePure(pairs: number): Promise<{ text: string; data: Json }> {
  const world = await newWorld();
  const sandbox = await startSandbox(
    { address: testTemporalAddress(), namespace: world.namespace },
    new URL("./pure-workflow.ts", import.meta.url),
  );
  const node = fork(fileURLToPath(new URL("./pure-node.ts", import.meta.url)));
  try {
    // First, while the code is cold in both places.
    const steps = await measureSteps(world, sandbox, node);
    const expressions: ExpressionTime[] = [];
    for (const source of evaluationSets.typical.sources) {
      const expression = compiled(source);
      const nodeUs = await inNode<number>(node, { measure: "expression", expression });
      expressions.push({ source, nodeUs, sandboxUs: await sandbox.run<number>("measureExpression", expression) });
    }
    const whole = await wholeRuns(world, pairs, steps.steps);
    const data = { expressions, steps, whole } as unknown as Json;
    return { text: report(expressions, steps, whole), data };
  } finally {
    node.kill();
    await sandbox.stop();
    await world.close();
  }
}

function compiled(source: string): CompiledExpression {
  const result = compileExpression(source);
  if ("issues" in result) throw new Error(`${source}: ${result.issues[0]?.message}`);
  return result.expression;
}

async function inNode<T>(child: ChildProcess, job: NodeJob): Promise<T> {
  const answer = once(child, "message");
  child.send(job);
  return ((await answer) as [T])[0];
}

/** µs per step. */
interface PlaceTimes {
  /** Of the very first run there. */
  readonly firstUs: number;
  /** Of executions one after the other, the median: what a run of a worker that is in use costs. */
  readonly usualUs: number;
  readonly warmUs: number;
}

interface StepTimes {
  readonly steps: number;
  readonly node: PlaceTimes;
  readonly sandbox: PlaceTimes;
}

async function measureSteps(world: World, sandbox: Sandbox, node: ChildProcess): Promise<StepTimes> {
  const { program } = await world.publish(pureDefinition as object);
  const payload = purePayload;
  const inSandbox = await placeTimes(
    (runs) => sandbox.run<StepTime>("measureRuns", program satisfies Program, payload, runs),
    () => sandbox.run<StepTime>("measureWarm", program satisfies Program, payload),
  );
  const inProcess = await placeTimes(
    (runs) => inNode<StepTime>(node, { measure: "runs", program, payload, runs }),
    () => inNode<StepTime>(node, { measure: "warm", program, payload }),
  );
  return { steps: inSandbox.steps, node: inProcess.times, sandbox: inSandbox.times };
}

async function placeTimes(
  runs: (count: number) => Promise<StepTime>,
  warm: () => Promise<StepTime>,
): Promise<{ readonly steps: number; readonly times: PlaceTimes }> {
  const first = await runs(1);
  const sample: number[] = [];
  // Five runs each, since the clock of the sandbox counts whole milliseconds.
  for (let i = 0; i < executions; i += 1) sample.push((await runs(5)).us);
  return { steps: first.steps, times: { firstUs: first.us, usualUs: median(sample), warmUs: (await warm()).us } };
}

interface WholeRuns {
  readonly pairs: number;
  /** Per step, wall clock and CPU of client and worker together. */
  readonly wallUs: number;
  readonly cpuUs: number;
}

/** What a pure step adds to a whole run of an authored workflow: segment, sandbox, journal rows and all. */
async function wholeRuns(world: World, pairs: number, steps: number): Promise<WholeRuns> {
  await world.publish(emptyDefinition as object);
  await world.startWorker();
  const timed = async (workflow: string): Promise<{ readonly wallMs: number; readonly cpuMs: number }> => {
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const runId = await world.start(workflow, purePayload);
    await world.client.workflow.getHandle(workflowIdOf(runId)).result();
    const { user, system } = process.cpuUsage(before);
    return { wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
  };
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let pair = -warmUps; pair < pairs; pair += 1) {
    // Who goes first changes, so that neither always meets the other's leftovers.
    const isPureFirst = pair % 2 === 0;
    const first = await timed(isPureFirst ? "bench-pure" : "bench-empty");
    const second = await timed(isPureFirst ? "bench-empty" : "bench-pure");
    const [pure, empty] = isPureFirst ? [first, second] : [second, first];
    if (pair < 0) continue;
    wallMs.push(pure.wallMs - empty.wallMs);
    cpuMs.push(pure.cpuMs - empty.cpuMs);
  }
  const perStepUs = (differencesMs: readonly number[]): number => (median(differencesMs) * 1000) / (steps - 1);
  return { pairs, wallUs: perStepUs(wallMs), cpuUs: perStepUs(cpuMs) };
}

interface ExpressionTime {
  readonly source: string;
  readonly nodeUs: number;
  readonly sandboxUs: number;
}

function report(expressions: readonly ExpressionTime[], { steps, node, sandbox }: StepTimes, whole: WholeRuns): string {
  const us = (value: number): string => value.toFixed(2);
  const lines = ["# Pure work in Node and in the Temporal sandbox", ""];
  lines.push("| expression | Node µs | sandbox µs | ratio |", "|---|---|---|---|");
  for (const { source, nodeUs, sandboxUs } of expressions)
    lines.push(`| \`${source}\` | ${us(nodeUs)} | ${us(sandboxUs)} | ${(sandboxUs / nodeUs).toFixed(2)} |`);
  lines.push("", `| ${steps} mixed pure steps | Node µs per step | sandbox µs per step |`, "|---|---|---|");
  lines.push(
    `| usual: median of ${executions} executions of five runs | ${us(node.usualUs)} | ${us(sandbox.usualUs)} |`,
    `| fastest, warm | ${us(node.warmUs)} | ${us(sandbox.warmUs)} |`,
    `| very first run in a new process or worker | ${us(node.firstUs)} | ${us(sandbox.firstUs)} |`,
    "",
  );
  const verdict = sandbox.usualUs <= stepUsMax ? "met" : "NOT met";
  lines.push(
    `- µs per pure step in the sandbox: ${us(sandbox.usualUs)} (required ≤ ${stepUsMax}: ${verdict})`,
    `- what a pure step adds to a whole run on Temporal and Postgres, its journal rows included: ${us(whole.wallUs)} µs, ${us(whole.cpuUs)} µs of CPU of client and worker (medians of ${whole.pairs} pairs of runs)`,
  );
  return `${lines.join("\n")}\n`;
}
