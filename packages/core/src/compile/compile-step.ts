import type { StepDefinition } from "../definition/any-step.ts";
import { stepKind } from "../definition/any-step.ts";
import type { ProgramStep } from "../program/program.ts";
import type { CompileBlock, CompileContext, StepPlace } from "./compile-context.ts";
import { compileActionCall } from "./steps/action-call.ts";
import { compileControlCallWorkflow } from "./steps/control-call-workflow.ts";
import { compileControlForEach } from "./steps/control-for-each.ts";
import { compileControlIf } from "./steps/control-if.ts";
import { compileControlParallel } from "./steps/control-parallel.ts";
import { compileControlRaise } from "./steps/control-raise.ts";
import { compileControlReturn } from "./steps/control-return.ts";
import { compileControlSaga } from "./steps/control-saga.ts";
import { compileControlSwitch } from "./steps/control-switch.ts";
import { compileControlTryCatch } from "./steps/control-try-catch.ts";
import { compileControlWhile } from "./steps/control-while.ts";
import { compileEventWait } from "./steps/event-wait.ts";
import { compileHumanTask } from "./steps/human-task.ts";
import { compileStateSet } from "./steps/state-set.ts";
import { compileTimeWait } from "./steps/time-wait.ts";
import { compileTransformAssign } from "./steps/transform-assign.ts";

/** Compiles the steps of one block, and says of each what this engine or these semantics do not have. */
export const compileBlock: CompileBlock = (c, steps, block) =>
  steps.map((step, i) => {
    const place: StepPlace = {
      pointer: `${block.pointer}/${i}`,
      path: `${block.path}[${i}]`,
      stepId: step.id,
      insideSaga: block.insideSaga,
    };
    checkSemantics(c, step, place);
    checkSupport(c, step, place);
    return {
      id: step.id,
      path: place.path,
      ...(step.name === undefined ? {} : { name: step.name }),
      ...(step.disabled === true ? { disabled: true as const } : {}),
      ...compileStep(c, step, place),
    };
  });

function compileStep(c: CompileContext, step: StepDefinition, place: StepPlace): OwnFields<ProgramStep> {
  switch (step.type) {
    case "action.call":
      return compileActionCall(c, step, place);
    case "transform.assign":
      return compileTransformAssign(c, step, place);
    case "state.set":
      return compileStateSet(c, step, place);
    case "control.if":
      return compileControlIf(c, step, place);
    case "control.switch":
      return compileControlSwitch(c, step, place);
    case "control.forEach":
      return compileControlForEach(c, step, place);
    case "control.while":
      return compileControlWhile(c, step, place);
    case "control.parallel":
      return compileControlParallel(c, step, place);
    case "control.tryCatch":
      return compileControlTryCatch(c, step, place);
    case "control.saga":
      return compileControlSaga(c, step, place);
    case "control.callWorkflow":
      return compileControlCallWorkflow(c, step, place);
    case "control.return":
      return compileControlReturn(c, step, place);
    case "control.raise":
      return compileControlRaise(c, step, place);
    case "event.wait":
      return compileEventWait(c, step, place);
    case "time.wait":
      return compileTimeWait(c, step, place);
    case "human.task":
      return compileHumanTask(c, step, place);
  }
}

type OwnFields<Step> = Step extends unknown ? Omit<Step, "id" | "path"> : never;

function checkSemantics(c: CompileContext, step: StepDefinition, place: StepPlace): void {
  if (c.semantics !== 1) return;
  const kind = stepKind(step.type);
  if (kind?.since === 2) {
    c.error("SEMANTICS_TOO_OLD", place, "/type", `${step.type} came with semantics 2, and this definition asks for 1.`);
    return;
  }
  for (const field of kind?.fieldsSince2 ?? []) {
    if (!Object.hasOwn(step, field)) continue;
    c.error(
      "SEMANTICS_TOO_OLD",
      place,
      "/" + field,
      `${field} of ${step.type} came with semantics 2, and this definition asks for 1.`,
    );
  }
}

function checkSupport(c: CompileContext, step: StepDefinition, place: StepPlace): void {
  const unsupported = c.catalogue.unsupported;
  if (unsupported === undefined) return;
  if (unsupported.stepTypes.includes(step.type)) {
    c.error("STEP_NOT_SUPPORTED", place, "/type", `The deployed engine cannot perform ${step.type} yet.`);
    return;
  }
  for (const name of unsupported.fields) {
    if (!name.startsWith(step.type + ".")) continue;
    const field = name.slice(step.type.length + 1);
    if (!Object.hasOwn(step, field) || isDefault(step, field)) continue;
    c.error(
      "STEP_NOT_SUPPORTED",
      place,
      "/" + field,
      `The deployed engine cannot perform ${field} of ${step.type} yet.`,
    );
  }
}

/** What says no more than leaving the field out would. */
function isDefault(step: StepDefinition, field: string): boolean {
  return (
    (step.type === "control.forEach" && field === "concurrency" && step.concurrency === 1) ||
    (step.type === "control.parallel" && field === "completion" && step.completion === "all")
  );
}
