import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runCommandLine } from "../../program.ts";
import { repository } from "../../processes/repository.ts";
import { capturedIo, runHere } from "../../testing/captured-io.ts";
import { emptyFolder } from "../../testing/run-cli.ts";
import type { TestReport } from "./run-tests.ts";

const flow = `workflow: greet
payload: { type: object, required: [name], properties: { name: { type: string } } }
steps:
  - { id: ask, type: action.call, action: crm.find@1, input: { name: { $expr: payload.name } }, saveAs: found }
  - { id: known, type: control.if, condition: { $expr: vars.found.known }, then: [{ id: wave, type: state.set, state: waved }] }
  - { id: done, type: control.return, output: { greeting: { $expr: '"Hello " & payload.name' } } }
`;
const scenarios = `actions: { crm.find@1: { effect: none } }
defaults: { payload: { name: Ada }, mocks: { ask: { output: { known: true } } } }
scenarios:
  - name: greets whom it knows
    expect: { output: { greeting: Hello Ada }, state: waved, effects: [{ stepId: ask, input: { name: Ada } }] }
  - name: greets strangers too
    mocks: { ask: { output: { known: false }, after: 20s } }
    expect: { output: { greeting: Hello Ada }, state: null }
`;

function folderOf(files: { readonly [name: string]: string }) {
  const cwd = emptyFolder();
  const write = (name: string, text: string): void => {
    mkdirSync(join(cwd, name, ".."), { recursive: true });
    writeFileSync(join(cwd, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { cwd, write, run: (...args: string[]) => runHere(["test", ...args], { cwd }) };
}

interface Report {
  readonly passed: boolean;
  readonly durationMs: number;
  readonly files: readonly TestReport[];
}

test("[SCN-01] the scenarios of an example pass, and the time of all is printed", async () => {
  const { code, stdout, stderr } = await runHere(["test", join(repository, "examples", "order-fulfilment")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.match(/^ {2}✓ /gm)?.length).toBeGreaterThanOrEqual(6);
  expect(stdout).toMatch(/ 21 of 21 steps, 7 of 7 branches\n/);
  expect(stdout).toMatch(/\n\d+ scenarios passed, in [\d.]+ m?s\n$/);
});

test("[SCN-01] a definition beside that is no text is no hindrance to scenarios of another", async () => {
  const { cwd, run } = folderOf({ "greet.flow.yaml": flow, "greet.test.yaml": scenarios });
  const bytes = Buffer.from([0xff, 0xfe, 0x00]);
  writeFileSync(join(cwd, "other.flow.yaml"), bytes);
  const { code, stdout } = await run("greet.flow.yaml");
  expect({ code, passed: /2 scenarios passed/.test(stdout) }).toEqual({ code: 0, passed: true });
  writeFileSync(join(cwd, "greet.flow.yaml"), bytes);
  expect(await run("greet.test.yaml")).toMatchObject({ code: 2, stderr: expect.stringContaining("greet.flow.yaml") });
});

test("[SCN-01] [SCN-02] scenarios are found by their file, by the definition, by a folder, and here", async () => {
  const { run } = folderOf({
    "a/greet.flow.yaml": flow,
    "a/greet.test.yaml": scenarios,
    "node_modules/x/greet.test.yaml": "broken: [",
  });
  for (const args of [["a/greet.test.yaml"], ["a/greet.flow.yaml"], ["a"], ["."], []]) {
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^a\/greet\.test\.yaml\n {2}✓ greets whom it knows {2}\d+ ms\n {2}✓ greets strangers too {2}\d+ ms for 20\.0 s\n {2}4 of 4 steps, 2 of 2 branches\n\n2 scenarios passed, in /,
    );
  }
});

test("[SCN-02] a failure has its place, what was expected and what was seen; the exit code is 1", async () => {
  const wrong = scenarios
    .replace("input: { name: Ada } }] }", "input: { name: Bob } }] }")
    .replace("state: null", "state: waved");
  const { run } = folderOf({ "greet.flow.yaml": flow, "greet.test.yaml": wrong });
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toContain("  ✗ greets whom it knows");
  expect(stdout).toContain("      greet.test.yaml:5  The calls are other than expected: 1 missing, 1 unexpected.\n");
  expect(stdout).toContain('        - ask {"name":"Bob"}\n        + crm.find@1 ask {"name":"Ada"}\n');
  expect(stdout).toContain('          ask: input/name expected "Bob", seen "Ada"\n');
  expect(stdout).toContain('      greet.test.yaml:8  The state is null, and not "waved".\n      /expect/state\n');
  expect(stdout).toMatch(/\n0 scenarios passed, 2 failed, in /);
});

test("[SCN-02] coverage names the steps and branches that no scenario reached", async () => {
  const { run } = folderOf({ "greet.flow.yaml": flow, "greet.test.yaml": scenarios });
  const { stdout } = await run("--filter", "STRANGERS");
  expect(stdout).toContain(
    "  3 of 4 steps, 1 of 2 branches; never reached:\n    steps wave\n    branches known: then\n",
  );
  expect(stdout).not.toContain("whom it knows");
});

test("[SCN-02] --json has everything, and --junit writes it for build servers", async () => {
  const wrong = scenarios.replace("state: null", 'state: "<&>"');
  const { cwd, run } = folderOf({ "greet.flow.yaml": flow, "greet.test.yaml": wrong, "lost.test.yaml": scenarios });
  const { code, stdout } = await run("--json", "--junit", "report.xml");
  const report = JSON.parse(stdout) as Report;
  expect(code).toBe(1);
  expect(report).toMatchObject({
    passed: false,
    files: [
      {
        file: "greet.test.yaml",
        workflow: "greet",
        scenarios: [
          { name: "greets whom it knows", line: 4, passed: true, virtualMs: 0, failures: [] },
          {
            name: "greets strangers too",
            passed: false,
            virtualMs: 20_000,
            failures: [{ path: "/expect/state", line: 8, expected: "<&>", seen: null }],
          },
        ],
        coverage: { steps: { covered: 4, total: 4, missing: [] }, branches: { covered: 2, total: 2, missing: [] } },
      },
      { file: "lost.test.yaml", workflow: null, scenarios: [], unreadable: { file: "lost.test.yaml" } },
    ],
  });
  expect(report.durationMs).toBeGreaterThan(0);
  const xml = readFileSync(join(cwd, "report.xml"), "utf8");
  expect(xml).toMatch(/<testsuites name="mainspring test" tests="3" failures="1" errors="1" time="[\d.]+">/);
  expect(xml).toContain('<testcase name="greets whom it knows" classname="greet" file="greet.test.yaml" line="4"');
  expect(xml).toContain('<failure message="The state is null, and not &quot;&lt;&amp;&gt;&quot;.">');
  expect(xml).toContain('<error message="lost.test.yaml:1 DEFINITION_UNREADABLE ');
});

test("problems of a scenario file or of its definition are told with their places, and fail", async () => {
  const { run, write } = folderOf({
    "greet.flow.yaml": flow,
    "greet.test.yaml": scenarios.replace("state: waved", "stat: waved"),
  });
  const slip = await run();
  expect(slip.code).toBe(1);
  expect(slip.stdout).toMatch(
    /✗ greet\.test\.yaml:5 {2}FIELD_UNKNOWN {2}"stat" is no key of "expect"\. Did you mean "state"\?/,
  );
  expect(slip.stdout).toContain("0 scenarios passed, 1 file not run");
  write("greet.test.yaml", scenarios.replace("actions: { crm.find@1: { effect: none } }\n", ""));
  const unknown = await run();
  expect(unknown.code).toBe(1);
  expect(unknown.stdout).toMatch(
    /✗ greet\.flow\.yaml:4 {2}ACTION_UNKNOWN [^]*declared under actions of the scenario file/,
  );
});

test("a scenario file may name its workflow, which stands in the same folder under any name", async () => {
  const { run, write } = folderOf({ "greet-v2.flow.yaml": flow, "more.test.yaml": `workflow: greet\n${scenarios}` });
  expect((await run()).code).toBe(0);
  write("more.test.yaml", `workflow: greets\n${scenarios}`);
  const lost = await run();
  expect(lost.code).toBe(1);
  expect(lost.stdout).toContain("No definition in this folder has the key greets.");
});

test.each([
  [["nowhere"], "nowhere cannot be read: there is no such file or folder."],
  [["empty"], "There is no scenario file in empty."],
  [["alone.flow.yaml"], "There is no scenario file beside alone.flow.yaml: it would be called alone.test.yaml."],
  [["greet.test.yaml", "--filter", "nobody"], 'No scenario\'s name contains "nobody".'],
  [["--init"], "--init needs a definition."],
  [["--init", "nowhere.flow.yaml"], "nowhere.flow.yaml cannot be read: there is no such file."],
  [["--init", "empty"], "empty cannot be read: it is a folder."],
])("%j is a usage error", async (args, says) => {
  const { run } = folderOf({
    "empty/x.txt": "",
    "alone.flow.yaml": flow,
    "greet.flow.yaml": flow,
    "greet.test.yaml": scenarios,
  });
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(says);
});

test("--init writes a first scenario that passes, and never touches a file that is there", async () => {
  const plain = flow
    .replace("crm.find@1", "http.request@1")
    .replace("input: { name", "input: { method: GET, url: 'http://x.example', body")
    .replace("vars.found.known", "vars.found.status = 200");
  const { cwd, run } = folderOf({ "greet.flow.yaml": plain });
  const written = await run("--init", "greet.flow.yaml");
  expect(written).toEqual({ code: 0, stdout: "✓ greet.test.yaml written\n", stderr: "" });
  const text = readFileSync(join(cwd, "greet.test.yaml"), "utf8");
  expect(text).toMatch(/^# Scenarios of greet\.flow\.yaml: mainspring test greet\.flow\.yaml runs them\./);
  const ran = await run("greet.flow.yaml");
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("✓ as it stands");
  const again = await run("--init", "greet.flow.yaml");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("greet.test.yaml is there already.");
  expect(readFileSync(join(cwd, "greet.test.yaml"), "utf8")).toBe(text);
});

test("--init of a definition with problems writes nothing and tells them", async () => {
  const { run } = folderOf({ "greet.flow.yaml": flow });
  const { code, stderr } = await run("--init", "greet.flow.yaml");
  expect(code).toBe(1);
  expect(stderr).toMatch(/greet\.flow\.yaml:4 {2}ACTION_UNKNOWN/);
});

test("[SCN-02] --watch runs again when a file changes, until it is interrupted", async () => {
  const { cwd, write } = folderOf({ "greet.flow.yaml": flow, "greet.test.yaml": scenarios });
  const captured = capturedIo({ cwd });
  const interrupt = new AbortController();
  const ended = runCommandLine(["test", "--watch"], { ...captured.io, interrupted: () => interrupt.signal });
  await vi.waitFor(() => expect(captured.stderr()).toContain("Waiting for changes"), { timeout: 10_000 });
  write("greet.test.yaml", scenarios.replace("state: null", "state: waved"));
  await vi.waitFor(() => expect(captured.stdout()).toContain("1 failed"), { timeout: 10_000 });
  write("greet.test.yaml", "scenarios: [");
  await vi.waitFor(() => expect(captured.stdout()).toContain("1 file not run"), { timeout: 10_000 });
  interrupt.abort();
  expect(await ended).toBe(130);
});
