import { z } from "zod";
import type { StepType } from "../program/program.ts";
import type { StepKind } from "./step.ts";
import type { ActionCallDefinition } from "./steps/action-call.ts";
import { actionCall } from "./steps/action-call.ts";
import type { CallWorkflowDefinition } from "./steps/control-call-workflow.ts";
import { controlCallWorkflow } from "./steps/control-call-workflow.ts";
import type { ForEachDefinition } from "./steps/control-for-each.ts";
import { controlForEach } from "./steps/control-for-each.ts";
import type { IfDefinition } from "./steps/control-if.ts";
import { controlIf } from "./steps/control-if.ts";
import type { ParallelDefinition } from "./steps/control-parallel.ts";
import { controlParallel } from "./steps/control-parallel.ts";
import type { RaiseDefinition } from "./steps/control-raise.ts";
import { controlRaise } from "./steps/control-raise.ts";
import type { ReturnDefinition } from "./steps/control-return.ts";
import { controlReturn } from "./steps/control-return.ts";
import type { SagaDefinition } from "./steps/control-saga.ts";
import { controlSaga } from "./steps/control-saga.ts";
import type { SwitchDefinition } from "./steps/control-switch.ts";
import { controlSwitch } from "./steps/control-switch.ts";
import type { TryCatchDefinition } from "./steps/control-try-catch.ts";
import { controlTryCatch } from "./steps/control-try-catch.ts";
import type { WhileDefinition } from "./steps/control-while.ts";
import { controlWhile } from "./steps/control-while.ts";
import type { EventWaitDefinition } from "./steps/event-wait.ts";
import { eventWait } from "./steps/event-wait.ts";
import type { HumanTaskDefinition } from "./steps/human-task.ts";
import { humanTask } from "./steps/human-task.ts";
import type { StateSetDefinition } from "./steps/state-set.ts";
import { stateSet } from "./steps/state-set.ts";
import type { TimeWaitDefinition } from "./steps/time-wait.ts";
import { timeWait } from "./steps/time-wait.ts";
import type { AssignStepDefinition } from "./steps/transform-assign.ts";
import { transformAssign } from "./steps/transform-assign.ts";

export type StepDefinition =
  | ActionCallDefinition
  | AssignStepDefinition
  | StateSetDefinition
  | IfDefinition
  | SwitchDefinition
  | ForEachDefinition
  | WhileDefinition
  | ParallelDefinition
  | TryCatchDefinition
  | SagaDefinition
  | CallWorkflowDefinition
  | ReturnDefinition
  | RaiseDefinition
  | EventWaitDefinition
  | TimeWaitDefinition
  | HumanTaskDefinition;

type StepKinds = { readonly [Type in StepType]: StepKind<Type, z.ZodObject> };

let kinds: StepKinds | undefined;
let union: z.ZodType<StepDefinition> | undefined;

/** Every step type by its name. */
export function stepKinds(): StepKinds {
  // Made on first use: step files and this one import each other, since steps contain steps.
  kinds ??= {
    "action.call": actionCall,
    "transform.assign": transformAssign,
    "state.set": stateSet,
    "control.if": controlIf,
    "control.switch": controlSwitch,
    "control.forEach": controlForEach,
    "control.while": controlWhile,
    "control.parallel": controlParallel,
    "control.tryCatch": controlTryCatch,
    "control.saga": controlSaga,
    "control.callWorkflow": controlCallWorkflow,
    "control.return": controlReturn,
    "control.raise": controlRaise,
    "event.wait": eventWait,
    "time.wait": timeWait,
    "human.task": humanTask,
  };
  return kinds;
}

/** Its step type; undefined for a name that is none. */
export function stepKind(type: string): StepKind<StepType, z.ZodObject> | undefined {
  const all = stepKinds();
  return Object.hasOwn(all, type) ? all[type as StepType] : undefined;
}

/** The schema of any step, told apart by `type`. */
export function anyStep(): z.ZodType<StepDefinition> {
  const all = stepKinds();
  union ??= z
    .discriminatedUnion("type", [
      all["action.call"].schema,
      ...Object.values(all)
        .slice(1)
        .map((kind) => kind.schema),
    ])
    .meta({ id: "Step" }) as unknown as z.ZodType<StepDefinition>;
  return union;
}
