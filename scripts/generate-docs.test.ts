import { expect, test } from "vitest";
import { builtInCatalogue } from "../packages/actions/src/built-in/built-in-catalogue.ts";
import { compileDefinition, parseDefinition, parseScenarios } from "../packages/core/src/compile/index.ts";
import { stepKinds } from "../packages/core/src/definition/any-step.ts";
import { unperformedSteps } from "../packages/core/src/interpreter/unsupported.ts";
import { runScenario } from "../packages/core/src/scenario/run-scenario.ts";
import { zoneOffset } from "../packages/core/src/host/zone-offset.ts";
import { staleFiles } from "./generate-docs.ts";
import { stepExamples } from "./step-examples.ts";

test("the references of errors and steps and mainspring.schema.json are what the code says", async () => {
  expect(await staleFiles()).toEqual([]);
});

test("every step type has a page", () => {
  expect(Object.keys(stepExamples)).toEqual(Object.keys(stepKinds()));
});

test.each(Object.entries(stepExamples))(
  "the example of %s compiles without a word, and does what its page says",
  (type, { example, scenario }) => {
    const parsed = parseDefinition(`workflow: example\nsteps:\n${example.replaceAll(/^/gm, "  ")}\n`);
    if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
    const actions = builtInCatalogue();
    const catalogue = { actions, workflows: [{ key: "write-invoice", version: 1 }], calendars: ["default"] };
    const { program, issues } = compileDefinition(parsed.definition, catalogue);
    expect(issues).toEqual([]);
    expect(parsed.definition.steps[0]?.type).toBe(type);
    // A kind of step that the interpreter does not perform can only be compiled.
    if (unperformedSteps.stepTypes.includes(type)) return;
    // A calendar without week-ends.
    const calendars = "calendars: { default: { zone: UTC, week: { mon-sun: [00:00-24:00] } } }";
    const file = parseScenarios(`${calendars}\nscenarios:\n${scenario.replaceAll(/^/gm, "  ")}\n`);
    if ("issues" in file) throw new Error(JSON.stringify(file.issues));
    for (const one of file.scenarios) {
      const { failures } = runScenario(program as NonNullable<typeof program>, one, { actions, zoneOffset });
      expect(failures, one.name).toEqual([]);
    }
  },
);
