import { expect, test } from "vitest";
import { compileDefinition, parseDefinition } from "../packages/core/src/compile/index.ts";
import { stepKinds } from "../packages/core/src/definition/any-step.ts";
import { action } from "../packages/core/src/testing/catalogue.ts";
import { staleFiles } from "./generate-docs.ts";
import { stepExamples } from "./step-examples.ts";

test("the references of errors and steps and mainspring.schema.json are what the code says", async () => {
  expect(await staleFiles()).toEqual([]);
});

test("every step type has a page", () => {
  expect(Object.keys(stepExamples)).toEqual(Object.keys(stepKinds()));
});

test.each(Object.entries(stepExamples))("the example of %s compiles without a word", (type, { example }) => {
  const parsed = parseDefinition(`workflow: example\nsteps:\n${example.replaceAll(/^/gm, "  ")}\n`);
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const catalogue = {
    actions: [action("http.request@1")],
    workflows: [{ key: "write-invoice", version: 1 }],
    calendars: ["default"],
  };
  expect(compileDefinition(parsed.definition, catalogue).issues).toEqual([]);
  expect(parsed.definition.steps[0]?.type).toBe(type);
});
