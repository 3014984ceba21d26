import type { Instant } from "../interpreter/transition.ts";
import type { Program, ProgramTrigger } from "../program/program.ts";
import { evaluateTrigger } from "../triggers/evaluate-trigger.ts";
import type { TriggerEvent } from "../triggers/evaluate-trigger.ts";
import type { Json } from "../values/json.ts";
import type { StartingEvent } from "./scenario.ts";

/** Of an event whose producer names none, as in the product. */
export const defaultSource = "default";

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
  const event: TriggerEvent = {
    id: given.id ?? "event-0",
    name: given.name,
    source: given.source ?? defaultSource,
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

function resultOf(trigger: ProgramTrigger, event: TriggerEvent, now: Instant): TriggerResult {
  const refused = (why: string): TriggerResult => ({ problem: `The trigger ${trigger.id} starts no run: ${why}` });
  const result = evaluateTrigger(trigger, event, now);
  switch (result.verdict) {
    case "starts":
      return { payload: result.payload };
    case "filtered":
      return refused("its condition is false.");
    case "failed": {
      const { code, message } = result.error;
      if (code === "CONDITION_NOT_BOOLEAN") return refused("its condition is neither true nor false.");
      return refused(`its ${result.part === "when" ? "condition" : "payload"} fails with ${code}. ${message}`);
    }
  }
}
