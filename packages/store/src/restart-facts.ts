import { instant } from "./instants.ts";
import type { InvocationRow } from "./invocations.ts";
import { invocationsOf } from "./invocations.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** Every invocation of a run, in the order of its steps. */
export async function allInvocationsOf(db: TenantDb, runId: string): Promise<InvocationRow[]> {
  const found: InvocationRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await invocationsOf(db, runId, { cursor, limit: 200 });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** An event that a run has taken. */
export interface TakenEvent {
  /** Ours. */
  readonly eventId: string;
  /** The producer's. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly correlationKey: string | null;
  readonly receivedAt: string;
}

/** Those of the ids that stand in the inbox, in the order of their acceptance. Answers of people are none. */
export async function inboxEvents(db: TenantDb, ids: readonly string[]): Promise<TakenEvent[]> {
  if (ids.length === 0) return [];
  const { rows } = await prepared<Omit<TakenEvent, "receivedAt"> & { receivedAt: Date }>`
    select id as "eventId", event_id as id, name, source, correlation_key as "correlationKey", accepted_at as "receivedAt"
    from workflow_runtime_events where id::text = any(${[...ids]}::text[]) and forget_at is null
    order by accepted_at, position, id`.execute(db);
  return rows.map((row) => ({ ...row, receivedAt: instant(row.receivedAt) }));
}

/** A run that another one has called, as far as it is repeated by a restart. */
export interface CalledRun {
  readonly runId: string;
  readonly workflow: string;
  readonly status: string;
}

export async function calledRuns(db: TenantDb, runIds: readonly string[]): Promise<CalledRun[]> {
  if (runIds.length === 0) return [];
  const { rows } = await prepared<CalledRun>`
    select id as "runId", workflow_key as workflow, status from workflow_runs where id::text = any(${[...runIds]}::text[]) order by id`.execute(
    db,
  );
  return rows;
}
