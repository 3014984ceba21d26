import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorAreas, errors, explainCode } from "./errors.ts";
import { MainspringError } from "./mainspring-error.ts";

const packages = fileURLToPath(new URL("../../../", import.meta.url));

// Where a code is given its meaning: errors thrown, issues reported, failures of steps and actions.
const uses =
  /(?:new MainspringError\(|StepFailure\(\s*"[A-Za-z]+",\s*|\.(?:error|warning|stop|add)\(|\b(?:entry|report|refused|notFound)\((?:[a-zA-Z]+, )?|\bcode: )"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"/g;
// Codes of Node's own errors.
const foreign = /^E[A-Z]+$|^ERR_/;

test("every code that the code base uses is in the catalogue", () => {
  const unknown = new Set<string>();
  let seen = 0;
  for (const file of globSync(`${packages}*/src/**/*.{ts,tsx}`)) {
    if (/\.test\.tsx?$|\/(?:testing|bench|golden)\/|\/devstack\/src\/scenario\//.test(file)) continue; // their runs raise codes of their own
    for (const [, code = ""] of readFileSync(file, "utf8").matchAll(uses)) {
      seen += 1;
      if (!foreign.test(code) && explainCode(code) === undefined)
        unknown.add(`${code} in ${file.slice(packages.length)}`);
    }
  }
  expect([...unknown]).toEqual([]);
  expect(seen).toBeGreaterThan(100);
});

test("every code has a title, an explanation and a remedy, and stands in one area only", () => {
  for (const [code, entry] of Object.entries(errors)) {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    for (const text of [entry.title, entry.explanation, entry.remedy]) expect(text.length).toBeGreaterThan(3);
  }
  const listed = errorAreas.flatMap((area) => Object.keys(area.errors));
  expect(listed.toSorted()).toEqual(Object.keys(errors).toSorted());
});

test("a code is explained, one of a pattern too, and one of somebody else's is not", () => {
  expect(explainCode("TASK_CLOSED")).toMatchObject({ code: "TASK_CLOSED", status: 409, remedy: "Reload the task." });
  expect(explainCode("HTTP_418")).toMatchObject({ code: "HTTP_418", title: "The server answered with an error" });
  expect(explainCode("HTTP_TIMEOUT")).toMatchObject({ code: "HTTP_TIMEOUT" });
  expect(explainCode("OUT_OF_STOCK")).toBeUndefined();
  expect(explainCode("toString")).toBeUndefined();
});

test("an error carries code, details and status", () => {
  const error = new MainspringError("RUN_NOT_FOUND", { runId: "r" });
  expect(error).toMatchObject({ code: "RUN_NOT_FOUND", message: "No such run", details: { runId: "r" }, status: 404 });
  expect(new MainspringError("LOOP_BUDGET").status).toBe(500);
});
