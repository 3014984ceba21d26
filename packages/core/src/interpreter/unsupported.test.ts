import { expect, test } from "vitest";
import { buildProgram } from "../testing/build-program.ts";
import { run } from "../testing/world.ts";
import type { StepType } from "../program/program.ts";
import { unperformedSteps, unsupportedSteps } from "./unsupported.ts";

const samples: { readonly [type in StepType]: { readonly [field: string]: unknown } } = {
  "action.call": { action: "test.act@1" },
  "transform.assign": { assign: { a: 1 } },
  "state.set": { state: "s" },
  "control.if": { condition: true, then: [] },
  "control.switch": { cases: [] },
  "control.forEach": { items: [1], body: [] },
  "control.while": { condition: false, maxIterations: 1, body: [] },
  "control.parallel": { branches: [{ id: "x", steps: [] }] },
  "control.tryCatch": { try: [] },
  "control.saga": { body: [] },
  "control.callWorkflow": {},
  "control.return": {},
  "control.raise": { code: "TOLD" },
  "event.wait": { event: "e", correlationKey: "k", timeoutMs: 5 },
  "time.wait": { durationMs: 5 },
  "human.task": {},
};

test("the list of what the interpreter does not perform is exact: every step type on it ends as InterpreterCorruption, every other is performed", () => {
  for (const type of Object.keys(samples) as StepType[]) {
    const { outcome } = run(buildProgram([{ id: "s", type, ...samples[type] }]));
    const corrupt = outcome?.status === "failed" && outcome.error.category === "InterpreterCorruption";
    expect(corrupt, type).toBe(unperformedSteps.stepTypes.includes(type));
  }
});

test("the deployed shell performs nothing that the interpreter does not", () => {
  for (const type of unperformedSteps.stepTypes) expect(unsupportedSteps.stepTypes).toContain(type);
  for (const field of unperformedSteps.fields) expect(unsupportedSteps.fields).toContain(field);
});
