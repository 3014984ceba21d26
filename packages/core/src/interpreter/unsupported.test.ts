import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import { run } from "../testing/world.ts";
import type { StepType } from "../program/program.ts";
import { unsupportedSteps } from "./unsupported.ts";

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
    expect(corrupt, type).toBe(unsupportedSteps.stepTypes.includes(type));
  }
  const concurrent = run(
    buildProgram([{ id: "l", type: "control.forEach", items: [1], concurrency: x("2"), body: [] }]),
  );
  const corrupt =
    concurrent.outcome?.status === "failed" && concurrent.outcome.error.category === "InterpreterCorruption";
  expect(corrupt).toBe(unsupportedSteps.fields.includes("control.forEach.concurrency"));
});
