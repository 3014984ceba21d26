import type { SagaDefinition } from "../../definition/steps/control-saga.ts";
import type { SagaStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlSaga(
  c: CompileContext,
  step: SagaDefinition,
  place: StepPlace,
): Omit<SagaStep, "id" | "path"> {
  const given = step.compensateTimeoutMs;
  const timeoutMs = given === undefined ? undefined : c.count(given, place, "/compensateTimeoutMs", 1);
  if (timeoutMs?.kind === "literal") c.duration(timeoutMs.value, place, "/compensateTimeoutMs", c.waitMsMax);
  return without({
    type: "control.saga",
    body: c.block(step.body, place, { path: ".body", pointer: "/body" }, true),
    compensateTimeoutMs: timeoutMs?.kind === "literal" ? (timeoutMs.value as number) : timeoutMs,
  });
}
