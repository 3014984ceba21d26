import type { DecisionOutcome, Json } from "@mainspring/core";
import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

/** Why something started, or did not, with what it was about. */
export interface DecisionRow {
  readonly id: string;
  readonly outcome: DecisionOutcome;
  readonly decidedAt: string;
  /** Ours. */
  readonly eventId: string | null;
  /** Of the event, while it is kept. */
  readonly event: {
    readonly name: string;
    readonly source: string;
    /** The producer's. */
    readonly id: string;
    readonly acceptedAt: string;
  } | null;
  readonly scheduleId: string | null;
  readonly nominalAt: string | null;
  readonly workflowId: string | null;
  readonly workflow: string | null;
  readonly version: number | null;
  readonly triggerId: string | null;
  readonly runId: string | null;
  readonly values: Json;
}

interface Raw extends Omit<DecisionRow, "decidedAt" | "nominalAt" | "event"> {
  readonly decidedAt: Date;
  readonly nominalAt: Date | null;
  readonly eventName: string | null;
  readonly source: string | null;
  readonly producersId: string | null;
  readonly acceptedAt: Date | null;
  readonly micros: string;
}

export interface DecisionFilter {
  /** Ours. */
  readonly eventId?: string | undefined;
  readonly source?: string | undefined;
  /** The producer's. */
  readonly id?: string | undefined;
  readonly scheduleId?: string | undefined;
  /** Its key. */
  readonly workflow?: string | undefined;
  readonly outcome?: readonly DecisionOutcome[] | undefined;
  readonly runId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Newest first; the filters hold together. @throws MainspringError CURSOR_MISMATCH */
export async function listDecisions(
  db: TenantDb,
  filter: DecisionFilter,
  request: PageRequest,
): Promise<Page<DecisionRow>> {
  const micros = new Map<string, string>();
  const keyOf = (row: DecisionRow): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage(
    { db, list: "decisions", filter, request, key: ["microseconds", "uuid"], keyOf },
    async (after, limit) => {
      // No stored text has it, and Postgres refuses to look for it.
      if (JSON.stringify(filter).includes("\\u0000")) return [];
      const conditions = conditionsOf(filter);
      if (conditions === undefined) return [];
      if (after !== undefined)
        conditions.push(
          sql`(d.created_at, d.id) < (timestamptz 'epoch' + ${String(after[0])}::bigint * interval '1 microsecond', ${String(after[1])}::uuid)`,
        );
      const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
      const { rows } = await sql<Raw>`
        select d.id, d.outcome, d.created_at as "decidedAt", d.event_id as "eventId", d.schedule_id as "scheduleId", d.nominal_at as "nominalAt",
          d.workflow_id as "workflowId", d.workflow_key as workflow, d.workflow_version as version, d.trigger_id as "triggerId",
          d.run_id as "runId", d."values", e.name as "eventName", e.source, e.event_id as "producersId", e.accepted_at as "acceptedAt",
          (extract(epoch from d.created_at) * 1000000)::bigint::text as micros
        from workflow_trigger_decisions d
        left join workflow_runtime_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
        ${where} order by d.created_at desc, d.id desc limit ${limit}`.execute(db);
      for (const row of rows) micros.set(row.id, row.micros);
      return rows.map(shown);
    },
  );
}

/** @returns undefined: nothing can fit */
function conditionsOf(filter: DecisionFilter) {
  const { eventId, source, id, scheduleId, workflow, outcome, runId, from, to } = filter;
  if ([eventId, scheduleId, runId].some((one) => one !== undefined && !isUuid(one))) return undefined;
  const conditions = [];
  if (eventId !== undefined) conditions.push(sql`d.event_id = ${eventId}::uuid`);
  if (source !== undefined || id !== undefined)
    conditions.push(sql`d.event_id in (select named.id from workflow_runtime_events named
      where (${source ?? null}::text is null or named.source = ${source ?? null}) and (${id ?? null}::text is null or named.event_id = ${id ?? null}))`);
  if (scheduleId !== undefined) conditions.push(sql`d.schedule_id = ${scheduleId}::uuid`);
  if (workflow !== undefined) conditions.push(sql`d.workflow_key = ${workflow}`);
  if (outcome !== undefined) conditions.push(sql`d.outcome = any(${[...outcome]}::text[])`);
  if (runId !== undefined) conditions.push(sql`d.run_id = ${runId}::uuid`);
  if (from !== undefined) conditions.push(sql`d.created_at >= ${from}::timestamptz`);
  if (to !== undefined) conditions.push(sql`d.created_at < ${to}::timestamptz`);
  return conditions;
}

function shown(raw: Raw): DecisionRow {
  const { eventName, source, producersId, acceptedAt, ...row } = withoutMicros(raw);
  return {
    ...row,
    values: row.values ?? null,
    decidedAt: instant(row.decidedAt),
    nominalAt: instantOrNull(row.nominalAt),
    event:
      eventName === null || source === null || producersId === null || acceptedAt === null
        ? null
        : { name: eventName, source, id: producersId, acceptedAt: instant(acceptedAt) },
  };
}
