import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { describeProblem } from "./api.ts";
import { readExamples } from "./examples.ts";

test("workflows that an example calls come before it, and files that are no definitions are left out", () => {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-examples-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("README.md", "not an example");
  write("beta/beta.flow.yaml", "workflow: beta");
  write("beta/start.json", '{ "payload": { "url": "{{url}}/demo" } }');
  write("alpha/zoom.flow.yaml", "workflow: zoom");
  write("alpha/alpha.flow.yaml", "workflow: alpha");
  write("alpha/alpha.test.yaml", "scenarios: []");
  write("alpha/next.flow.yaml", "workflow: next");

  expect(readExamples(folder, "http://127.0.0.1:7070")).toEqual([
    { name: "next", source: "workflow: next", start: undefined },
    { name: "zoom", source: "workflow: zoom", start: undefined },
    { name: "alpha", source: "workflow: alpha", start: undefined },
    {
      name: "beta",
      source: "workflow: beta",
      start: { payload: { url: "http://127.0.0.1:7070/demo" }, events: [] },
    },
  ]);
});

test("without a folder of examples there are none", () => {
  expect(readExamples(join(tmpdir(), "mainspring-no-such-folder"), "http://127.0.0.1:7070")).toEqual([]);
});

test("what is said of an example that is not published is an error, though a warning stands before it", () => {
  const warning = { code: "CORRELATION_UNDERIVABLE", severity: "warning", message: "stored and checked" };
  const error = { code: "STEP_NOT_SUPPORTED", severity: "error", message: "not yet" };
  expect(describeProblem({ code: "DEFINITION_INVALID", title: "Invalid", issues: [warning, error] })).toBe(
    "STEP_NOT_SUPPORTED: not yet",
  );
  expect(describeProblem({ code: "DEFINITION_INVALID", title: "Invalid" })).toBe("DEFINITION_INVALID: Invalid");
});
