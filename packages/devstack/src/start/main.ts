// `npm start`: the whole stack, and one real example from its first step to its last.
import { demoEgress } from "./demo-tenant.ts";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineProgress, type Progress } from "../progress.ts";
import { SetupError } from "../setup-error.ts";
import { startStack, type Stack } from "../stack.ts";
import { createSupervisor } from "../supervisor.ts";
import { apiOf } from "./api.ts";
import { publishExample, readExamples, type Published } from "./examples.ts";
import { followExample } from "./follow-run.ts";

const root = dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
/** Several stacks of one repository live beside each other in folders of their own. */
const folder = process.env["MAINSPRING_FOLDER"] || join(root, ".mainspring");
const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 };

const supervisor = createSupervisor();
let ending: Promise<never> | undefined;

const once = process.argv.includes("--once");
const unknown = process.argv.slice(2).find((argument) => argument !== "--once");
if (unknown !== undefined) {
  process.stderr.write(`npm start does not know ${unknown}: use \`npm start\` or \`npm start -- --once\`.\n`);
  await end(exitCodes.usage);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void end(once ? exitCodes.interrupted : exitCodes.ok));
}
endWithParent();

const progress = lineProgress((text) => void process.stdout.write(text));
let stack: Stack;
try {
  const startMs = performance.now();
  stack = await startStack({ root, folder, env: process.env, progress }, supervisor);
  progress.say(`Mainspring is running (${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`);
  const succeeded = await runExamples(stack, progress);
  if (once) await end(succeeded ? exitCodes.ok : exitCodes.failed);
  describeNext(stack, progress);
} catch (error) {
  if (ending === undefined) {
    const known = error instanceof SetupError;
    process.stderr.write(`\n${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  }
  await end(exitCodes.failed);
}

/** Publishes every example and runs the first that says how; true when that one succeeded. */
async function runExamples({ dev }: Stack, { say, step }: Progress): Promise<boolean> {
  const { url, apiKey } = dev();
  const api = apiOf(url, apiKey);
  const examples = readExamples(join(root, "examples"), url);
  const results = await step("Examples", async () => {
    const published = [];
    for (const example of examples) published.push(await publishExample(api, example)); // a called workflow comes before its callers
    return published;
  });
  let chosen: Published | undefined;
  for (const result of results) {
    if ("reason" in result) say(`  – ${result.example.name} is not published: ${result.reason}`);
    else {
      say(`    ${result.key}, version ${result.version}`);
      if (result.example.start !== undefined) chosen ??= result;
    }
  }
  if (chosen?.example.start === undefined) {
    say("There is no example to run: examples/<name>/start.json is missing.");
    return false;
  }
  say(`\nRunning ${chosen.key}, version ${chosen.version}`);
  const startMs = performance.now();
  const { status, error, runId } = await followExample(api, chosen, chosen.example.start, say);
  say(
    `${chosen.key} ended ${status}${error === undefined ? "" : ` (${error})`} after ${Math.round(performance.now() - startMs)} ms`,
  );
  say(`See ${url}/runs/${runId}\n`);
  return status === "SUCCEEDED";
}

function describeNext({ dev }: Stack, { say }: Progress): void {
  const { url, apiKey, temporalAddress } = dev();
  say(`Run Studio      ${url}`);
  say(`Sign-in key     ${apiKey}`);
  say(`Temporal        ${temporalAddress}`);
  say(`Egress          runs of this tenant may call ${demoEgress.join(" and ")}, as in development only`);
  say("Next            npx mainspring runs list");
  say("                npx mainspring run <workflow> --wait");
  say("                npm run reset    removes all data");
  say("Ctrl-C ends everything.");
}

/** Ends every process of the stack in order, then this one. A second call waits for the first. */
function end(code: number): Promise<never> {
  ending ??= (async () => {
    process.stdout.write("Stopping ...\n");
    await (stack ?? supervisor).stop();
    process.exit(code);
  })();
  return ending;
}

/** Who started us was killed (the bootstrap, or `mainspring dev`): nobody can press Ctrl-C any more. */
function endWithParent(): void {
  const parentPid = process.ppid;
  setInterval(() => {
    if (process.ppid !== parentPid) void end(exitCodes.interrupted);
  }, 1_000).unref();
}
