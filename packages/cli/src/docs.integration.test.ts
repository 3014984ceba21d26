// Every command that docs/cli.md shows, in its order, typed into bash in a folder with the files that it names.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "./processes/repository.ts";
import { documentedFiles } from "./testing/documented-files.ts";
import { startProduct, until, type Product } from "./testing/product.ts";
import { bareEnvironment, mainFile } from "./testing/run-cli.ts";

const docs = readFileSync(join(repository, "docs", "cli.md"), "utf8");
const commands = [...docs.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
  block.trim().split("\n").map(commandOf),
);
/** Run by what starts the product for these tests, or a whole stack by itself (start.integration.test.ts). */
const runElsewhere = ["mainspring server", "mainspring worker", "mainspring dev --once"];
const here = commands.filter(({ line }) => !runElsewhere.includes(line));

let product: Product;
/** The last run of each workflow that a command printed: what $RUN and $HELLO stand for. */
const ids = { RUN: "", HELLO: "", TASK: "", SCHEDULE: "", TENANT: "", KEY: "" };

beforeAll(async () => {
  product = await startProduct(documentedFiles);
});
afterAll(() => product?.close());

test("the documentation shows commands, and those that run elsewhere", () => {
  expect(here.length).toBeGreaterThan(35);
  expect(commands.map(({ line }) => line)).toEqual(expect.arrayContaining(runElsewhere));
});

test.each(here)("[CLI-01] $line ends with $exitCode", async ({ line, exitCode }) => {
  if (line.includes("$TASK")) ids.TASK = await openTask();
  const ran = await typed(line);
  expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(exitCode);
  if (line.includes("--json") && !line.includes("watch")) expect(() => JSON.parse(ran.stdout) as unknown).not.toThrow();
  const id = /\brun ([0-9a-f-]{36})/.exec(ran.stderr + ran.stdout)?.[1];
  const scheduleId = /\bschedule ([0-9a-f-]{36})/.exec(ran.stdout)?.[1];
  if (scheduleId !== undefined && line.includes("schedules create")) ids.SCHEDULE = scheduleId;
  const tenantId = /tenant +([0-9a-f-]{36})/.exec(ran.stdout)?.[1];
  if (tenantId !== undefined && line.includes("tenants create")) ids.TENANT = tenantId;
  const keyId = /^id +([0-9a-f-]{36})$/m.exec(ran.stdout)?.[1];
  if (keyId !== undefined && line.includes("api-keys create")) ids.KEY = keyId;
  if (id !== undefined && /run hello|replay \$HELLO/.test(line)) ids.HELLO = id;
  if (id !== undefined && /run order|replay \$RUN/.test(line)) ids.RUN = id;
});

test("the definition that workflows show prints is the one that was published", () => {
  expect(readFileSync(join(product.cwd, "copy.yaml"), "utf8")).toBe(documentedFiles["order.flow.yaml"]);
});

/** The one that waits for an answer by now: what $TASK stands for. */
async function openTask(): Promise<string> {
  return until("a task is open", product.worker, async () => {
    const listed = await product.run(["tasks", "list", "--status", "OPEN", "--status", "CLAIMED", "--json"]);
    return (JSON.parse(listed.stdout) as { items: { id: string }[] }).items[0]?.id;
  });
}

/** A comment at the end of the line says how it ends, if not with 0. */
function commandOf(text: string): { line: string; exitCode: number } {
  const [, line = text, code = "0"] = /^(.*?)(?:\s+# exit code (\d))?$/.exec(text) ?? [];
  return { line, exitCode: Number(code) };
}

function typed(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = `mainspring() { "$NODE" "$MAIN" "$@"; }\n${line}`;
  const env = bareEnvironment({ ...product.env, ...ids, NODE: process.execPath, MAIN: mainFile });
  return new Promise((resolve) => {
    const child = execFile(
      "bash",
      ["-c", script],
      { cwd: product.cwd, env, encoding: "utf8" },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}
