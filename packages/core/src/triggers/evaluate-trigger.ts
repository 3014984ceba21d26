import { jsonBytes } from "../canonical/json-bytes.ts";
import { readsOf } from "../expression/reads.ts";
import type { Instant } from "../interpreter/transition.ts";
import type { ProgramTrigger, Value } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { plainValue } from "./plain-value.ts";

/** An event as a trigger's expressions see it, under `event`. */
export interface TriggerEvent {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly payload: Json;
  readonly correlationKey: string | null;
  readonly receivedAt: Instant;
}

/** What a trigger's condition was decided from. */
export interface TriggerValues {
  /** What `when` came to; null for nothing. Left out: the trigger has no condition, or it failed. */
  readonly condition?: Json;
  /** What `when` read of the event, by path such as `event.payload.total`; what is not there is null, and a long value is cut. */
  readonly read?: { readonly [path: string]: Json };
}

/** What a trigger makes of an event. */
export type TriggerVerdict =
  | { readonly verdict: "starts"; readonly payload: Json; readonly values: TriggerValues }
  | { readonly verdict: "filtered"; readonly values: TriggerValues }
  | {
      readonly verdict: "failed";
      readonly part: "when" | "payload";
      readonly error: { readonly code: string; readonly message: string };
      readonly values: TriggerValues;
    };

/** Values longer than this are told by their size. */
const readMaxBytes = 1_024;
const readsMax = 20;

/**
 * Whether an event lets a trigger start a run, and with which payload: scenarios and ingestion ask the same. Nothing and null are false for
 * `when`; what is no boolean fails with CONDITION_NOT_BOOLEAN, as everywhere. The payload is not held to the workflow's schema here.
 */
export function evaluateTrigger(trigger: ProgramTrigger, given: TriggerEvent, now: Instant): TriggerVerdict {
  const { id, name, source, payload, correlationKey, receivedAt } = given;
  const event: JsonObject = { id, name, source, payload, correlationKey, receivedAt };
  let values: TriggerValues = {};
  if (trigger.when !== undefined) {
    const read = readBy(trigger.when, event);
    const when = plainValue(trigger.when, { event }, now);
    if (when.error !== undefined) return { verdict: "failed", part: "when", error: when.error, values: { read } };
    const condition = when.value ?? null;
    values = { condition: shortened(condition), read };
    if (condition !== true && condition !== false && condition !== null) {
      const error = { code: "CONDITION_NOT_BOOLEAN", message: "A condition is true or false." };
      return { verdict: "failed", part: "when", error, values };
    }
    if (condition !== true) return { verdict: "filtered", values };
  }
  if (trigger.payload === undefined) return { verdict: "starts", payload, values };
  const mapped = plainValue(trigger.payload, { event }, now);
  if (mapped.error !== undefined) return { verdict: "failed", part: "payload", error: mapped.error, values };
  return { verdict: "starts", payload: mapped.value ?? null, values };
}

function readBy(value: Value, event: JsonObject): { readonly [path: string]: Json } {
  const read: { [path: string]: Json } = {};
  for (const names of pathsOf(value).slice(0, readsMax))
    read[names.join(".")] = shortened(valueAt({ event }, names) ?? null);
  return read;
}

function pathsOf(value: Value): (readonly string[])[] {
  switch (value.kind) {
    case "expr":
      return readsOf(value.expression.form).map(({ names }) => names);
    case "object":
      return value.entries.flatMap(([, member]) => pathsOf(member));
    case "array":
      return value.items.flatMap(pathsOf);
    case "literal":
    case "secret":
      return [];
  }
}

function valueAt(scope: Json, names: readonly string[]): Json | undefined {
  let value: Json | undefined = scope;
  for (const name of names) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = value[name];
  }
  return value;
}

function shortened(value: Json): Json {
  const bytes = jsonBytes(value);
  return bytes > readMaxBytes ? `(${bytes} bytes)` : value;
}
