import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodes } from "./exit-codes.ts";
import { repository } from "./processes/repository.ts";
import { buildProgram } from "./program.ts";
import { capturedIo, runHere } from "./testing/captured-io.ts";

const program = buildProgram(capturedIo().io, () => {});
const commands = every(program);
const verbs = commands.filter(({ command }) => command.commands.length === 0);

test("[RUN-01] no command is called retry, resume or requeue, by any name", () => {
  const names = commands.flatMap(({ command }) => [command.name(), ...command.aliases()]);
  expect(names.length).toBeGreaterThan(20);
  // `quota-resume` lets a run go on that a quota has paused, and repeats nothing.
  expect(names.filter((name) => /retry|resume|requeue/i.test(name))).toEqual(["quota-resume"]);
});

test.each(["retry", "resume", "requeue"])(
  "[RUN-01] [RUN-03] runs %s is an unknown command, and nothing is asked of a server",
  async (verb) => {
    const { code, stderr } = await runHere([
      "runs",
      verb,
      "0190a0a0-0000-7000-8000-000000000001",
      "--url",
      "http://127.0.0.1:1",
    ]);
    expect(code).toBe(exitCodes.usage);
    expect(stderr).toContain(`unknown command '${verb}'`);
  },
);

test.each(verbs)("[CLI-01] $path takes --json, --url and --api-key, and says in a line what it does", ({ command }) => {
  expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(["--json", "--url", "--api-key"]));
  expect(command.summary()).not.toBe("");
  expect(command.description()).not.toBe("");
});

test.each(verbs)("[CLI-01] $path is in docs/cli.md with each of its options", ({ path, command }) => {
  const docs = readFileSync(join(repository, "docs", "cli.md"), "utf8");
  const section = docs
    .split(/^### /m)
    .find((text) => text.startsWith(`mainspring ${path}\n`) || text.startsWith(`mainspring ${path} `));
  expect(section, `a section "### mainspring ${path}"`).toBeDefined();
  const own = command.options.filter((option) => !["--json", "--url", "--api-key"].includes(option.long ?? ""));
  for (const { long } of own) expect(section).toContain(long);
});

test("the options that every command takes are understood before and after the verb", async () => {
  const before = await runHere(["--json", "explain", "RUN_NOT_FOUND"]);
  const after = await runHere(["explain", "RUN_NOT_FOUND", "--json"]);
  expect(JSON.parse(before.stdout)).toMatchObject({ code: "RUN_NOT_FOUND", status: 404 });
  expect(after.stdout).toBe(before.stdout);
});

test.each([
  [["--help"], 0, "Usage: mainspring"],
  [["runs", "list", "--help"], 0, "Usage: mainspring runs list"],
  [["help", "run"], 0, "Usage: mainspring run"],
  [["--version"], 0, "0.1.0"],
  [[], 2, "Usage: mainspring"],
  [["runs"], 2, "Usage: mainspring runs"],
  [["nonsense"], 2, "unknown command"],
  [["runs", "lst"], 2, "Did you mean list?"],
  [["runs", "show"], 2, "missing required argument 'id'"],
  [["runs", "list", "--limit", "many"], 2, "a whole number from 1 to 200"],
  [["runs", "list", "--status", "BROKEN"], 2, "It is one of QUEUED"],
  [["runs", "list", "--from", "yesterday"], 2, "It is a time such as"],
  [["runs", "list", "--nonsense"], 2, "unknown option"],
  [["tenants", "create", "x", "--with-key", "owner"], 2, "Allowed choices are viewer"],
])("[CLI-01] %j ends with %i", async (args, code, says) => {
  const ran = await runHere(args);
  expect(ran.code).toBe(code);
  expect(code === 0 ? ran.stdout : ran.stderr).toContain(says);
  expect(code === 0 ? ran.stderr : ran.stdout).toBe("");
});

test.each([
  [["runs", "list", "--limit", "many", "--json"], "a whole number from 1 to 200"],
  [["--json", "runs"], "a command is missing"],
  [["runs", "lst", "--json"], "Did you mean list?"],
  [["validate", "none.yaml", "--json"], "there is no such file"],
])("[CLI-01] %j, a wrong command line, is a document for programs", async (args, says) => {
  const ran = await runHere(args);
  expect(ran.code).toBe(exitCodes.usage);
  const { error } = JSON.parse(ran.stdout) as { error: { code: string; message: string; remedy: string } };
  expect(error).toMatchObject({ code: "USAGE", message: expect.stringContaining(says) as string });
  expect(error.remedy).not.toBe("");
});

test("a code is explained without a server, also one of a family; an unknown one is exit code 1", async () => {
  expect((await runHere(["explain", "payload_invalid"])).stdout).toMatch(
    /^PAYLOAD_INVALID {2}The payload does not fit/,
  );
  expect((await runHere(["explain", "HTTP_503"])).code).toBe(0);
  const unknown = await runHere(["explain", "PAYLOAD_WRONG"]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("PAYLOAD_INVALID");
});

function every(command: Command, path = ""): { path: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const childPath = `${path} ${child.name()}`.trim();
    return [{ path: childPath, command: child }, ...every(child, childPath)];
  });
}
