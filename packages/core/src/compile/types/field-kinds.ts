import type { ErrorCode } from "../../errors/errors.ts";
import type { ProgramStep, Value, When } from "../../program/program.ts";
import type { Kind } from "./type.ts";

/** What a field of a step takes, and what a run fails with that finds another kind of value there. */
export interface FieldKinds {
  readonly value: Value;
  readonly field: string;
  readonly kinds: readonly Kind[];
  readonly code: ErrorCode;
}

const conditionKinds: readonly Kind[] = ["boolean", "null"];

export function conditionKindsOf(value: Value, field: string): FieldKinds {
  return { value, field, kinds: conditionKinds, code: "CONDITION_NOT_BOOLEAN" };
}

/** The fields of a step that take values of some kinds only. */
export function fieldKindsOf(step: ProgramStep): FieldKinds[] {
  const found: FieldKinds[] = [];
  const add = (value: Value | undefined, field: string, ...kinds: Kind[]): void => {
    if (value !== undefined) found.push({ value, field, kinds, code: "VALUE_TYPE" });
  };
  const addWhen = (when: When | undefined, field: string): void => {
    switch (when?.kind) {
      case "durationMs":
        return add(when.durationMs, field === "" ? "durationMs" : field, "number");
      case "until":
        return add(when.until, field === "" ? "until" : `${field}.until`, "text");
      case "business":
        add(when.days, "days", "number");
        return add(when.hours, "hours", "number");
      case undefined:
        return;
    }
  };
  switch (step.type) {
    case "action.call":
      add(step.timeoutMs, "timeoutMs", "number");
      break;
    case "control.if":
      found.push(conditionKindsOf(step.condition, "condition"));
      break;
    case "control.switch":
      for (const { when } of step.cases) found.push(conditionKindsOf(when, "when"));
      break;
    case "control.while":
      found.push(conditionKindsOf(step.condition, "condition"));
      add(step.maxIterations, "maxIterations", "number");
      break;
    case "control.forEach":
      add(step.concurrency, "concurrency", "number");
      add(step.maxItems, "maxItems", "number");
      break;
    case "control.parallel":
      if (typeof step.completion === "object" && typeof step.completion.quorum === "object")
        add(step.completion.quorum, "completion.quorum", "number");
      break;
    case "control.saga":
      if (typeof step.compensateTimeoutMs === "object") add(step.compensateTimeoutMs, "compensateTimeoutMs", "number");
      break;
    case "control.raise":
      add(step.code, "code", "text");
      break;
    case "event.wait":
      add(step.event, "event", "text");
      add(step.correlationKey, "correlationKey", "text", "number", "boolean");
      addWhen(step.timeout, "timeout");
      add(step.lookbackMs, "lookbackMs", "number");
      break;
    case "time.wait":
      addWhen(step.when, "");
      break;
    case "human.task":
      add(step.title, "title", "text", "number", "boolean");
      add(step.description, "description", "text", "number", "boolean", "null");
      add(step.assignTo.users, "assignTo.users", "text", "list", "null");
      add(step.assignTo.groups, "assignTo.groups", "text", "list", "null");
      addWhen(step.due, "due");
      addWhen(step.timeout, "timeout");
      addWhen(step.reminders?.every, "reminders.every");
      add(step.reminders?.max, "reminders.max", "number");
      break;
    default:
      break;
  }
  return found;
}
