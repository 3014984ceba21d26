import type { EventWaitDefinition, FilterDefinition } from "../../definition/steps/event-wait.ts";
import { readsOf } from "../../expression/reads.ts";
import type { EventWaitStep, Value } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { expressionsOf } from "../program-walk.ts";

export function compileEventWait(
  c: CompileContext,
  step: EventWaitDefinition,
  place: StepPlace,
): Omit<EventWaitStep, "id" | "path"> {
  const correlationKey = c.value(step.correlationKey, place, "/correlationKey");
  if (correlationKey.kind === "literal" && !isKey(correlationKey.value)) {
    c.error(
      "FIELD_INVALID",
      place,
      "/correlationKey",
      "A correlation key is text or a number, and not empty.",
      "Write it as text, or as an expression.",
    );
  }
  return without({
    type: "event.wait",
    event: c.value(step.event, place, "/event"),
    correlationKey,
    filters: step.filters?.map((filter, i) => compileFilter(c, filter, place, `/filters/${i}`)),
    timeout: c.when(step.timeout, step.timeoutMs, place, "/timeout"),
    lookbackMs:
      step.lookbackMs === undefined ? undefined : c.duration(step.lookbackMs, place, "/lookbackMs", c.waitMsMax),
    saveAs: c.target(step.saveAs, place, "/saveAs"),
    assign: c.assignments(step.assign, place, "/assign"),
  });
}

/** A field of the event, by names alone. */
const eventPath = /^event(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/;

function readsEvent({ expression }: Extract<Value, { kind: "expr" }>): boolean {
  return readsOf(expression.form).some(({ names }) => names[0] === "event");
}

function isKey(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean";
}

function compileFilter(
  c: CompileContext,
  filter: FilterDefinition,
  place: StepPlace,
  field: string,
): NonNullable<EventWaitStep["filters"]>[number] {
  const value = c.optionalValue(filter.value, place, field + "/value");
  if (value !== undefined && expressionsOf(value).some(readsEvent)) {
    const valuePath = value.kind === "expr" ? value.expression.source.trim() : "";
    if (eventPath.test(valuePath)) return { path: filter.path, op: filter.op, valuePath };
    c.error(
      "FIELD_INVALID",
      place,
      field + "/value",
      "A filter compares with what is known when the wait opens, or with one field of the event itself.",
      "Write a path alone, such as { $expr: event.payload.total }, or compute it before the wait.",
    );
  }
  if ((filter.op === "in" || filter.op === "not_in") && value?.kind === "literal" && !Array.isArray(value.value)) {
    c.error("FIELD_TYPE", place, field + "/value", `${filter.op} compares with a list.`, "Write a list.");
  }
  return without({ path: filter.path, op: filter.op, value });
}
