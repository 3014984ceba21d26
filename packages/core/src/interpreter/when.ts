import type { Value, When } from "../program/program.ts";
import { instantFromMs, instantMs, parseInstantMs } from "../time/instant.ts";
import { noValue, StepFailure } from "./failure.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { describe, evaluate } from "./scope.ts";
import type { ResolvedRecurrence, ResolvedWhen } from "./transition.ts";

const isFinite = Number.isFinite;
const isSafeInteger = Number.isSafeInteger;
const ceil = Math.ceil;

/** When a wait is due, as far as the run itself can tell: business time is for a calendar to say. */
export function resolveWhen(m: Machine, fiber: WorkFiber, when: When): ResolvedWhen {
  switch (when.kind) {
    case "durationMs": {
      const durationMs = evaluateMs(m, fiber, when.durationMs, "durationMs", m.behaviour.waitMsMax);
      return { dueAt: instantFromMs(m.nowMs + durationMs) };
    }
    case "until": {
      const until = evaluate(m, fiber, when.until);
      if (until === undefined || until === null) throw noValue("until");
      const ms = typeof until === "string" ? parseInstantMs(until) : undefined;
      if (ms === undefined) {
        throw new StepFailure(
          "ExpressionError",
          "UNTIL_NOT_INSTANT",
          `until is an instant such as 2031-03-30T00:30:00Z, and this is ${typeof until === "string" ? "another text" : describe(until)}.`,
          { field: "until" },
        );
      }
      if (ms - m.nowMs > m.behaviour.waitMsMax) throw tooLong("until", m.behaviour.waitMsMax);
      return { dueAt: instantFromMs(ms) };
    }
    case "business": {
      const business: { days?: number; hours?: number; calendar: string } = { calendar: when.calendar };
      if (when.days !== undefined) business.days = evaluateNumber(m, fiber, when.days, "days");
      if (when.hours !== undefined) business.hours = evaluateNumber(m, fiber, when.hours, "hours");
      if ((business.days ?? 0) * 86_400_000 + (business.hours ?? 0) * 3_600_000 > m.behaviour.waitMsMax)
        throw tooLong("business", m.behaviour.waitMsMax);
      return { business };
    }
  }
}

/** A whole number, 0 or more. @throws StepFailure EXPR_NO_VALUE, VALUE_TYPE */
export function evaluateCount(m: Machine, fiber: WorkFiber, value: Value, field: string): number {
  const count = evaluate(m, fiber, value);
  if (count === undefined || count === null) throw noValue(field);
  if (typeof count !== "number" || !isSafeInteger(count) || count < 0) {
    throw new StepFailure("ExpressionError", "VALUE_TYPE", `${field} is a whole number, 0 or more.`, { field });
  }
  return count;
}

/** When to repeat something: computed anew from each time, so that a duration stays one. */
export function resolveRecurrence(m: Machine, fiber: WorkFiber, every: When): ResolvedRecurrence {
  const when = resolveWhen(m, fiber, every);
  return every.kind === "durationMs" && "dueAt" in when ? { everyMs: instantMs(when.dueAt) - m.nowMs } : when;
}

/** The next time of a recurrence; undefined when there is none any more. */
export function nextOf(m: Machine, every: ResolvedRecurrence, isFirst: boolean): ResolvedWhen | undefined {
  if ("everyMs" in every) return { dueAt: instantFromMs(m.nowMs + every.everyMs) };
  return isFirst || "business" in every ? every : undefined;
}

/** Whole milliseconds, rounded up. @throws StepFailure EXPR_NO_VALUE, DURATION_INVALID, DURATION_TOO_LONG */
export function evaluateMs(m: Machine, fiber: WorkFiber, value: Value, field: string, maxMs: number): number {
  const ms = evaluateNumber(m, fiber, value, field);
  if (ms > maxMs) throw tooLong(field, maxMs);
  return ceil(ms);
}

function evaluateNumber(m: Machine, fiber: WorkFiber, value: Value, field: string): number {
  const number = evaluate(m, fiber, value);
  if (number === undefined || number === null) throw noValue(field);
  if (typeof number !== "number" || !isFinite(number)) {
    throw new StepFailure("ExpressionError", "VALUE_TYPE", `${field} is a number, and this is ${describe(number)}.`, {
      field,
    });
  }
  return number;
}

function tooLong(field: string, maxMs: number): StepFailure {
  return new StepFailure("ExpressionError", "DURATION_TOO_LONG", `${field} may be at most ${maxMs} ms ahead.`, {
    field,
    maxMs,
  });
}
