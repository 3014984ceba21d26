import { MainspringError } from "@mainspring/core";
import type { DecisionOutcome, Json } from "@mainspring/core";
import { getEvent, getRun, getWorkflow, onceFor, recordDecision } from "@mainspring/store";
import type { TenantDb, WebhookRow } from "@mainspring/store";
import { waitForEnd } from "../live/wait-for-end.ts";
import { progressOf } from "../routes/run-progress.ts";
import type { Services } from "../services.ts";

/** What became of the workflow that an endpoint starts. */
export type DirectStart =
  | { readonly runId: string; readonly status: string }
  | { readonly notStarted: { readonly code: string; readonly detail: string } };

/** Why a start that is refused for good started nothing. */
const refusals: { readonly [code: string]: DecisionOutcome } = {
  WORKFLOW_NOT_FOUND: "unpublished",
  NOT_PUBLISHED: "unpublished",
  WORKFLOW_PAUSED: "workflow-paused",
  PAYLOAD_INVALID: "payload-invalid",
  TENANT_SUSPENDED: "tenant-suspended",
};

/**
 * Starts an endpoint's workflow for an accepted event, at most once: start and decision are written together. A sender that repeats its
 * call because our answer was lost is told of the same run.
 * @param eventId ours
 */
export async function startDirectly(
  { store, runs }: Pick<Services, "store" | "runs">,
  tenantId: string,
  endpoint: WebhookRow & { readonly workflow: string },
  eventId: string,
): Promise<DirectStart> {
  const { event, workflow } = await store.tenant(tenantId, async (db) => ({
    event: await getEvent(db, eventId),
    workflow: await getWorkflow(db, endpoint.workflow),
  }));
  if (event === undefined) throw new Error("An event vanished between its acceptance and its start.");
  const triggerId = `webhook:${endpoint.key}`;
  const decision = {
    eventId,
    triggerId,
    workflowKey: endpoint.workflow,
    ...(workflow === undefined ? {} : { workflowId: workflow.id }),
    onceKey: onceFor.trigger(eventId, workflow?.id ?? endpoint.workflow, triggerId),
  };
  try {
    const { runId, status } = await runs.start({
      tenantId,
      workflowKey: endpoint.workflow,
      payload: event.payload as Json,
      trigger: { type: "event", eventId, event: event.name, triggerId },
      idempotencyKey: `webhook:${eventId}:${endpoint.key}`,
      startedBy: `webhook:${endpoint.key}`,
      async alongside(db: TenantDb, run) {
        if ((await recordDecision(db, { ...decision, outcome: "fired", runId: run.runId })) === "exists")
          throw new DecidedBefore();
      },
    });
    return { runId, status };
  } catch (error) {
    if (error instanceof DecidedBefore)
      return { notStarted: { code: "EVENT_DECIDED", detail: "it was decided before that this event starts nothing" } };
    if (!(error instanceof MainspringError)) throw error;
    const { runId } = error.details;
    // Written, and refused by Temporal for good: the run says so itself.
    if (error.code === "LAUNCH_REFUSED" && typeof runId === "string") return { runId, status: "FAILED" };
    const outcome = refusals[error.code];
    if (outcome === undefined) throw error;
    const values = {
      code: error.code,
      ...(Array.isArray(error.details["issues"]) ? { issues: error.details["issues"] as Json } : {}),
    };
    await store.tenant(tenantId, (db) => recordDecision(db, { ...decision, outcome, values }));
    return { notStarted: { code: error.code, detail: error.message } };
  }
}

class DecidedBefore extends Error {}

/** The output of a run that succeeds within the time; undefined: it has not, or not yet. */
export async function outputWithin(
  { store, runs, feed, redaction }: Pick<Services, "store" | "runs" | "feed" | "redaction">,
  run: { readonly tenantId: string; readonly runId: string },
  waiting: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<{ readonly status: string; readonly output?: Json }> {
  const { tenantId, runId } = run;
  await waitForEnd({
    runs,
    feed,
    run,
    progress: () => store.tenant(tenantId, (db) => progressOf(db, runId)),
    ...waiting,
  });
  return store.tenant(tenantId, async (db) => {
    const row = await getRun(db, runId);
    if (row?.status !== "SUCCEEDED" || row.confirmedAt === null) return { status: row?.status ?? "QUEUED" };
    return { status: row.status, output: (await redaction.ofRun(db, runId)).value((row.output ?? null) as Json) };
  });
}
