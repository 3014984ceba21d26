import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runScenario, type ExpectedEffect } from "@mainspring/core";
import { parseScenarios } from "@mainspring/core/compile";
import { expect, test } from "vitest";
import { repository } from "../../processes/repository.ts";
import { testedWorkflow, withWorkflows } from "./tested-workflow.ts";

const path = join(repository, "examples", "order-fulfilment", "order-fulfilment.test.yaml");

/** What a slip of the pen, or a changed workflow, makes of one expected call. */
function changes(effect: ExpectedEffect): ExpectedEffect[] {
  return [
    { ...effect, stepId: effect.stepId === "charge" ? "label" : "charge" },
    { ...effect, action: effect.stepId === "note" ? "http.request@1" : "log.write@1" },
    { ...effect, iteration: [...(effect.iteration ?? []), 9] },
    { ...effect, attempt: (effect.attempt ?? 1) + 7 },
    { ...effect, input: { $partly: { method: "TRACE" } } },
  ];
}

test("[SCN-01] changing, leaving out or doubling any one expected call of the example makes its scenario fail", async () => {
  const file = parseScenarios(readFileSync(path, "utf8"));
  if ("issues" in file) throw new Error(JSON.stringify(file.issues));
  const tested = await testedWorkflow(path, file);
  if ("issues" in tested) throw new Error(JSON.stringify(tested.issues));
  const { program, beside, world } = tested;
  let tried = 0;
  const survivors: string[] = [];
  for (const scenario of file.scenarios) {
    const effects = scenario.expect.effects ?? [];
    const fails = (changed: readonly ExpectedEffect[]): boolean => {
      tried += 1;
      const given = { ...scenario, expect: { ...scenario.expect, effects: changed } };
      const { failures } = runScenario(program, withWorkflows(given, beside), world);
      return failures.some((failure) => failure.path === "/expect/effects");
    };
    expect(fails(effects)).toBe(false);
    effects.forEach((effect, i) => {
      const around = (...middle: ExpectedEffect[]) => [...effects.slice(0, i), ...middle, ...effects.slice(i + 1)];
      for (const changed of [around(), around(effect, effect), ...changes(effect).map((one) => around(one))])
        if (!fails(changed)) survivors.push(`${scenario.name}: call ${i}, ${JSON.stringify(changed[i])}`);
    });
  }
  expect(survivors).toEqual([]);
  expect(tried).toBeGreaterThan(200);
});
