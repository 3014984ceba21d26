import {
  evaluateTrigger,
  isJsonObject,
  jsonBytes,
  MainspringError,
  type DecisionOutcome,
  type Json,
  type TriggerValues,
} from "@mainspring/core";
import { getWorkflow, onceFor, recordDecision, type InboxRow, type ListeningTrigger } from "@mainspring/store";
import { launch, type LauncherParts } from "../launcher/launch.ts";
import { startedBy } from "../tracing/start-trace.ts";
import { eventPayloadMaxBytes } from "./accept.ts";

/** What an event's triggers came to. */
export interface TriggersFired {
  readonly runIds: readonly string[];
  /** Of triggers that could not be decided: they are asked again with the event's next try, and only they. */
  readonly failures: readonly string[];
}

/**
 * Asks the triggers that listen to an event, each once: a start and its decision are written in one transaction, and whatever else came of it
 * is written too. One that fails in passing holds up none of the others. Killed anywhere and called again, it does what is left to do.
 */
export async function fireTriggers(
  parts: LauncherParts,
  tenantId: string,
  event: InboxRow,
  triggers: readonly ListeningTrigger[],
): Promise<TriggersFired> {
  const undecided = triggers.filter(({ isDecided }) => !isDecided);
  if (undecided.length === 0) return { runIds: [], failures: [] };
  const cause = {
    name: "event triggers",
    traceparent: event.traceparent,
    attributes: { "mainspring.event": event.id },
  };
  return startedBy(cause, () => fireAll(parts, tenantId, event, undecided));
}

async function fireAll(
  parts: LauncherParts,
  tenantId: string,
  event: InboxRow,
  triggers: readonly ListeningTrigger[],
): Promise<TriggersFired> {
  const runIds: string[] = [];
  const failures: string[] = [];
  for (const listening of triggers) {
    try {
      const runId = await fire(parts, tenantId, event, listening);
      if (runId !== undefined) runIds.push(runId);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`trigger ${listening.triggerId} of ${listening.workflowKey}: ${reason}`);
    }
  }
  return { runIds, failures };
}

/** @returns the run that it started @throws what may pass */
async function fire(
  parts: LauncherParts,
  tenantId: string,
  event: InboxRow,
  listening: ListeningTrigger,
): Promise<string | undefined> {
  const { workflowId, workflowKey, version, triggerId, trigger, definitionHash } = listening;
  const about = {
    onceKey: onceFor.trigger(event.id, workflowId, triggerId),
    eventId: event.id,
    workflowId,
    workflowKey,
    version,
    triggerId,
  };
  const decide = async (outcome: DecisionOutcome, values: Json): Promise<undefined> => {
    await parts.store.tenant(tenantId, (db) => recordDecision(db, { ...about, outcome, values }));
    return undefined;
  };
  if (!listening.isPublished) return decide("unpublished", {});
  const { id, name, source, correlationKey, acceptedAt } = event;
  const seen = { id, name, source, payload: event.payload as Json, correlationKey, receivedAt: acceptedAt };
  const verdict = evaluateTrigger(trigger, seen, acceptedAt);
  const evaluated = valuesOf(verdict.values);
  if (verdict.verdict === "filtered") return decide("filtered", evaluated);
  if (verdict.verdict === "failed")
    return decide(verdict.part === "when" ? "filtered" : "payload-invalid", {
      ...evaluated,
      failed: verdict.part,
      error: { ...verdict.error },
    });
  const bytes = jsonBytes(verdict.payload);
  if (bytes > eventPayloadMaxBytes)
    return decide("payload-invalid", {
      ...evaluated,
      issues: [{ code: "PAYLOAD_TOO_LARGE", pointer: "/payload", message: `the payload has ${bytes} bytes of JSON` }],
    });
  try {
    const launched = await launch(parts, {
      tenantId,
      workflowKey,
      // The version whose trigger was asked, as long as it is the published one: once another is, that one's trigger is asked instead.
      definitionHash,
      payload: verdict.payload,
      trigger: { type: "event", eventId: id, triggerId },
      startedBy: `event:${id}`,
      async alongside(db, { runId, held }) {
        const values = held === undefined ? evaluated : { ...evaluated, held };
        const recorded = await recordDecision(db, { ...about, outcome: "fired", runId, values });
        if (recorded === "exists") throw new DecidedBefore();
      },
    });
    return launched.runId;
  } catch (error) {
    if (error instanceof DecidedBefore) return undefined;
    if (!(error instanceof MainspringError)) throw error;
    switch (error.code) {
      case "WORKFLOW_PAUSED":
        return decide("workflow-paused", { ...evaluated, ...(await pauseOf(parts, tenantId, workflowKey)) });
      case "TENANT_SUSPENDED":
        return decide("tenant-suspended", evaluated);
      case "NOT_PUBLISHED":
      case "WORKFLOW_NOT_FOUND":
        return decide("unpublished", evaluated);
      case "PAYLOAD_INVALID":
        return decide("payload-invalid", { ...evaluated, issues: issuesIn(error) });
      // The run is there, FAILED, and says so: the trigger has fired.
      case "LAUNCH_REFUSED":
        return isJsonObject(error.details as Json) ? String((error.details as { runId?: unknown }).runId) : undefined;
      default:
        throw error;
    }
  }
}

/** Since when, by whom and why a workflow is paused. */
async function pauseOf({ store }: LauncherParts, tenantId: string, key: string): Promise<{ [name: string]: Json }> {
  const workflow = await store.tenant(tenantId, (db) => getWorkflow(db, key));
  if (workflow === undefined) return {};
  const { pausedAt: since, pausedBy: by, pauseNote: note } = workflow;
  return { since, by, note };
}

/** Another worker, or this one before it was killed, has decided it: no second run. */
class DecidedBefore extends Error {}

function valuesOf({ condition, read }: TriggerValues): { [name: string]: Json } {
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(read === undefined ? {} : { read: { ...read } }),
  };
}

/** Where a payload does not fit; its values are not repeated. */
function issuesIn(error: MainspringError): Json {
  const issues = (error.details as { readonly issues?: Json } | undefined)?.issues;
  if (!Array.isArray(issues)) return [];
  return issues.filter(isJsonObject).map(({ code, pointer, message }) => ({
    code: code ?? null,
    pointer: pointer ?? null,
    message: message ?? null,
  }));
}
