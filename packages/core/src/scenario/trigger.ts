import type { Instant } from "../interpreter/transition.ts";
import type { Program, ProgramTrigger } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { plainValue } from "./plain-value.ts";
import type { StartingEvent } from "./scenario.ts";

/** What a trigger makes of an event: the payload of a run, or why it starts none. */
export type TriggerResult = { readonly payload: Json } | { readonly problem: string };

/** The first trigger, or the one that is named, that starts a run for the event. */
export function payloadByTrigger(program: Program, given: StartingEvent, now: Instant): TriggerResult {
  const triggers = (program.triggers ?? []).filter(
    ({ id, event }) => event === given.name && (given.trigger === undefined || given.trigger === id),
  );
  if (triggers.length === 0) {
    const named = given.trigger === undefined ? "trigger" : `trigger ${given.trigger}`;
    return { problem: `The workflow has no ${named} for the event ${given.name}.` };
  }
  const event: JsonObject = {
    id: given.id ?? "event-0",
    name: given.name,
    source: given.source ?? "scenario",
    payload: given.payload,
    correlationKey: given.key ?? null,
    receivedAt: now,
  };
  const problems: string[] = [];
  for (const trigger of triggers) {
    const result = resultOf(trigger, event, now);
    if ("payload" in result) return result;
    problems.push(result.problem);
  }
  return { problem: problems.join(" ") };
}

function resultOf(trigger: ProgramTrigger, event: JsonObject, now: Instant): TriggerResult {
  const refused = (why: string): TriggerResult => ({ problem: `The trigger ${trigger.id} starts no run: ${why}` });
  if (trigger.when !== undefined) {
    const when = plainValue(trigger.when, { event }, now);
    if (when.error !== undefined) return refused(`its condition fails with ${when.error.code}. ${when.error.message}`);
    // Nothing and null are false; what is no boolean is an error, as everywhere.
    const { value = null } = when;
    if (value !== true)
      return refused(
        value === false || value === null ? "its condition is false." : "its condition is neither true nor false.",
      );
  }
  if (trigger.payload === undefined) return { payload: event["payload"] as Json };
  const payload = plainValue(trigger.payload, { event }, now);
  if (payload.error !== undefined)
    return refused(`its payload fails with ${payload.error.code}. ${payload.error.message}`);
  return { payload: payload.value ?? null };
}
