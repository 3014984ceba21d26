import type { SagaDefinition } from "../../definition/steps/control-saga.ts";
import type { SagaStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlSaga(
  c: CompileContext,
  step: SagaDefinition,
  place: StepPlace,
): Omit<SagaStep, "id" | "path"> {
  if (step.compensateTimeoutMs !== undefined)
    c.duration(step.compensateTimeoutMs, place, "/compensateTimeoutMs", c.waitMsMax);
  return without({
    type: "control.saga",
    body: c.block(step.body, place, { path: ".body", pointer: "/body" }, true),
    compensateTimeoutMs: step.compensateTimeoutMs,
  });
}
