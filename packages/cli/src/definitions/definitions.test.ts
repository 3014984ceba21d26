import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../processes/repository.ts";
import { runHere } from "../testing/captured-io.ts";
import { emptyFolder } from "../testing/run-cli.ts";
import { boundsText } from "./bounds-text.ts";

const good = "workflow: good-one\nsteps:\n  - { id: done, type: control.return }\n";

test("[CLI-01] every example of the repository is valid, with its bounds, and without a server", async () => {
  const folder = join(repository, "examples");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".flow.yaml")).map((name) => join(folder, name));
  const { code, stdout, stderr } = await runHere(["validate", ...files, "--json"]);
  const { valid, files: reports } = JSON.parse(stdout) as {
    valid: boolean;
    files: { workflow: string; bounds: { historyEvents: number } }[];
  };
  expect({ code, valid, stderr }).toEqual({ code: 0, valid: true, stderr: "" });
  expect(reports.length).toBeGreaterThan(8);
  for (const { bounds } of reports) expect(bounds.historyEvents).toBeGreaterThan(0);
});

test("[CLI-01] every problem is told at once with code, file and line, and the exit code is 1", async () => {
  const { cwd, write } = folderOf();
  write(
    "bad.yaml",
    `workflow: bad-one
steps:
  - id: a
    type: action.call
    action: http.reqest@1
    input: { method: GET, url: { $expr: "vars.x +" } }
  - id: a
    type: time.wait
    durationMs: 5
    colour: red
`,
  );
  write("good.yaml", good);
  const text = await runHere(["validate", "bad.yaml", "good.yaml"], { cwd });
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/✗ bad\.yaml:5 {2}ACTION_UNKNOWN .*http\.reqest@1/);
  expect(text.stdout).toMatch(/✗ bad\.yaml:6 {2}EXPR_\w+/);
  expect(text.stdout).toMatch(/✗ bad\.yaml:7 {2}STEP_ID_DUPLICATE/);
  expect(text.stdout).toMatch(/✗ bad\.yaml:10 {2}FIELD_UNKNOWN/);
  expect(text.stdout).toMatch(/✗ bad\.yaml {2}4 errors/);
  expect(text.stdout).toMatch(/✓ good\.yaml {2}good-one: at most \d+ history events/);
  const json = await runHere(["validate", "bad.yaml", "--json"], { cwd });
  const report = JSON.parse(json.stdout) as {
    valid: boolean;
    files: { issues: { code: string; line: number; pointer: string; remedy: string }[] }[];
  };
  expect(report.valid).toBe(false);
  expect(report.files[0]?.issues.map(({ line }) => line)).toEqual([5, 6, 7, 10]);
  expect(report.files[0]?.issues.every(({ pointer, remedy }) => pointer !== "" && remedy !== "")).toBe(true);
});

test("a broken text is one problem with its line, also from standard input", async () => {
  const { code, stdout } = await runHere(["validate", "-"], { stdin: "workflow: x1\nsteps: [\n" });
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ -:2 {2}YAML_SYNTAX/);
});

test("JSON is a definition too", async () => {
  const { code } = await runHere(["validate", "-"], {
    stdin: JSON.stringify({ workflow: "as-json", steps: [{ id: "done", type: "control.return" }] }),
  });
  expect(code).toBe(0);
});

test("a call of a workflow that only a server could know is a warning, and none when its file is given", async () => {
  const { cwd, write } = folderOf();
  write(
    "caller.yaml",
    "workflow: caller\nsteps:\n  - { id: call, type: control.callWorkflow, workflow: good-one, input: {} }\n",
  );
  write("good.yaml", good);
  const codes = async (...files: string[]) => {
    const { stdout } = await runHere(["validate", ...files, "--json"], { cwd });
    const { files: reports } = JSON.parse(stdout) as { files: { issues: { code: string; severity: string }[] }[] };
    return reports.flatMap(({ issues }) => issues.map(({ code, severity }) => `${severity} ${code}`));
  };
  expect(await codes("caller.yaml")).toContain("warning WORKFLOW_UNKNOWN");
  expect((await codes("caller.yaml", "good.yaml")).join()).not.toContain("WORKFLOW_UNKNOWN");
});

test("a file that is not there is a usage error", async () => {
  const { code, stderr } = await runHere(["validate", "missing.yaml"], { cwd: emptyFolder() });
  expect(code).toBe(2);
  expect(stderr).toContain("missing.yaml cannot be read: there is no such file");
});

test("bounds read as one sentence and name what is unbounded", () => {
  expect(boundsText({ historyEvents: 214, timers: 1, fanOut: 50, unbounded: [] })).toBe(
    "at most 214 history events, 1 timer, 50 things at once",
  );
  expect(boundsText({ historyEvents: null, timers: 3, fanOut: 1, unbounded: ["poll"] })).toBe(
    "at most any number of history events, 3 timers, 1 thing at once; unbounded: poll",
  );
});

function folderOf() {
  const cwd = emptyFolder();
  return { cwd, write: (name: string, text: string) => writeFileSync(join(cwd, name), text) };
}

test("[CLI-01] a file that is no text in UTF-8, a folder and a missing file are told without a stack, with exit code 2", async () => {
  const { cwd, write } = folderOf();
  writeFileSync(join(cwd, "latin.yaml"), Buffer.from("workflow: caf\u00e9\nsteps: []\n", "latin1"));
  writeFileSync(join(cwd, "wide.test.yaml"), Buffer.from("\ufeffscenarios: [ { name: x } ]", "utf16le"));
  write("good.yaml", good);
  const told: readonly (readonly [string[], string])[] = [
    [["validate", "good.yaml", "latin.yaml"], "latin.yaml is not text in UTF-8."],
    [["validate", "."], ". cannot be read: it is a folder."],
    [["validate", "nowhere.yaml"], "nowhere.yaml cannot be read: there is no such file."],
    [["test", "wide.test.yaml"], "wide.test.yaml is not text in UTF-8."],
  ];
  for (const [args, says] of told) {
    const { code, stdout, stderr } = await runHere(args, { cwd });
    expect({ code, stdout }, args.join(" ")).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
});
