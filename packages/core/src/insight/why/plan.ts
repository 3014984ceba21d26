import { programIndex } from "../../interpreter/program-index.ts";
import type { Program, ProgramStep, Value, When } from "../../program/program.ts";
import { counted, durationText } from "./text.ts";

/** What a step of the program says of itself that its rows do not. */
export interface StepPlan {
  /** How the time of its wait is computed. */
  readonly when?: string;
  readonly action?: string;
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
  readonly isLocal?: true;
}

/** @returns undefined when the program has no such step */
export function planOfStep(program: Program, stepPath: string): StepPlan | undefined {
  const step = programIndex(program).steps.get(stepPath);
  return step === undefined ? undefined : planOf(step);
}

function planOf(step: ProgramStep): StepPlan {
  switch (step.type) {
    case "action.call": {
      const limit = step.timeoutMs === undefined ? step.facts.timeoutMs : numberOf(step.timeoutMs);
      return {
        action: step.action,
        maxAttempts: step.retry?.maxAttempts ?? 1,
        ...(limit === undefined ? {} : { timeoutMs: limit }),
        ...(step.facts.execution === "local" ? { isLocal: true as const } : {}),
      };
    }
    case "event.wait":
    case "human.task":
      return step.timeout === undefined ? {} : { when: whenText(step.timeout) };
    case "time.wait":
      return { when: whenText(step.when) };
    default:
      return {};
  }
}

/** `2 business days of calendar default`, `10 min`, `the instant that until names`. */
function whenText(when: When): string {
  switch (when.kind) {
    case "durationMs": {
      const ms = numberOf(when.durationMs);
      return ms === undefined ? "a duration that an expression gave" : durationText(ms);
    }
    case "until":
      return when.until.kind === "literal"
        ? `until ${JSON.stringify(when.until.value)}`
        : "an instant that an expression gave";
    case "business": {
      const parts = [
        ...(when.days === undefined ? [] : [businessText(when.days, "business day")]),
        ...(when.hours === undefined ? [] : [businessText(when.hours, "business hour")]),
      ];
      return `${parts.join(" and ")}${when.calendar === "default" ? "" : ` of calendar ${when.calendar}`}`;
    }
    default:
      return when satisfies never;
  }
}

function businessText(value: Value, noun: string): string {
  const number = numberOf(value);
  return number === undefined ? `some ${noun}s` : counted(number, noun);
}

function numberOf(value: Value): number | undefined {
  return value.kind === "literal" && typeof value.value === "number" ? value.value : undefined;
}
