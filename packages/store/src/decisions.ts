import type { DecisionOutcome, Json } from "@mainspring/core";
import { newId } from "./ids.ts";
import type { Moment } from "./instants.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** Why something started, or did not, as it was decided at the time. */
export interface NewDecision {
  readonly outcome: DecisionOutcome;
  /** At most one decision is kept for it, e.g. `onceFor.trigger(..)`; left out: each is kept. */
  readonly onceKey?: string;
  /** Ours. */
  readonly eventId?: string;
  readonly scheduleId?: string;
  readonly nominalAt?: Moment;
  readonly workflowId?: string;
  readonly workflowKey?: string;
  readonly version?: number;
  readonly triggerId?: string;
  readonly runId?: string;
  /** What it was decided from. */
  readonly values?: Json;
}

/** The keys under which something is decided at most once. */
export const onceFor = {
  /** @param event ours */
  trigger: (event: string, workflowId: string, triggerId: string): string =>
    `event:${event}:${workflowId}:${triggerId}`,
  /** That an event met no trigger at all. @param event ours */
  event: (event: string): string => `event:${event}`,
  /** That an event came without a key. @param event ours */
  correlation: (event: string): string => `correlation:${event}`,
  /** That the last try of an event failed. @param event ours */
  dead: (event: string): string => `dead:${event}`,
  /** That an event came again. @param event ours, of the one that stands */
  duplicate: (event: string): string => `duplicate:${event}`,
  tick: (scheduleId: string, nominalAt: string): string => `tick:${scheduleId}:${nominalAt}`,
};

/**
 * Written in the transaction of what was decided, so that a start and its decision are both there or neither.
 * @returns `exists` when it was decided before: whoever is about to start a run gives up its transaction
 */
export async function recordDecision(db: TenantDb, decision: NewDecision): Promise<"recorded" | "exists"> {
  const { rows } = await prepared<{ id: string }>`
    insert into workflow_trigger_decisions (tenant_id, id, once_key, outcome, event_id, schedule_id, nominal_at, workflow_id, workflow_key,
      workflow_version, trigger_id, run_id, "values")
    values (${db.tenantId}, ${newId()}, ${decision.onceKey ?? null}, ${decision.outcome}, ${decision.eventId ?? null}, ${decision.scheduleId ?? null},
      ${decision.nominalAt ?? null}::timestamptz, ${decision.workflowId ?? null}, ${decision.workflowKey ?? null}, ${decision.version ?? null}::int,
      ${decision.triggerId ?? null}, ${decision.runId ?? null},
      ${decision.values === undefined ? null : JSON.stringify(decision.values)}::json)
    on conflict (tenant_id, once_key) do nothing returning id`.execute(db);
  return rows.length > 0 ? "recorded" : "exists";
}
