import type { JournalEntry } from "@mainspring/core";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import { beginsStep } from "./projection/run.ts";
import type { TenantDb } from "./store.ts";
import { unlessRefused } from "./run-lock.ts";

/** What a tenant may use; null: as much as it likes. */
export interface Quotas {
  /** Steps begun, in a calendar month of UTC. */
  readonly stepsPerMonth: number | null;
  readonly concurrentRuns: number | null;
  readonly startsPerMinute: number | null;
  /** Of expressions. */
  readonly fuelPerMinute: number | null;
}

export interface StepUsage {
  /** First day of the month, `YYYY-MM-DD`. */
  readonly month: string;
  readonly steps: number;
  readonly stepsPerMonth: number | null;
  /** When the next month begins. */
  readonly resetsAt: string;
}

const none: Quotas = { stepsPerMonth: null, concurrentRuns: null, startsPerMinute: null, fuelPerMinute: null };
/** Rows of a month, by run. */
const parts = 8;

// The database's clock: all workers agree on the month.
const month = prepared<string>`date_trunc('month', now() at time zone 'utc')::date`;

export async function getQuotas(db: TenantDb): Promise<Quotas> {
  const { rows } =
    await prepared<Quotas>`select steps_per_month::float8 as "stepsPerMonth", concurrent_runs as "concurrentRuns",
    starts_per_minute as "startsPerMinute", fuel_per_minute::float8 as "fuelPerMinute" from tenant_quotas`.execute(db);
  return rows[0] ?? none;
}

/** What is left out stays. @returns as stored */
export async function putQuotas(db: TenantDb, change: Partial<Quotas>): Promise<Quotas> {
  const { stepsPerMonth, concurrentRuns, startsPerMinute, fuelPerMinute } = { ...(await getQuotas(db)), ...change };
  await prepared`insert into tenant_quotas (tenant_id, steps_per_month, concurrent_runs, starts_per_minute, fuel_per_minute)
    values (${db.tenantId}, ${stepsPerMonth}, ${concurrentRuns}, ${startsPerMinute}, ${fuelPerMinute})
    on conflict (tenant_id) do update set steps_per_month = excluded.steps_per_month, concurrent_runs = excluded.concurrent_runs,
      starts_per_minute = excluded.starts_per_minute, fuel_per_minute = excluded.fuel_per_minute, updated_at = now()`.execute(
    db.unread,
  );
  return { stepsPerMonth, concurrentRuns, startsPerMinute, fuelPerMinute };
}

export async function stepUsage(db: TenantDb): Promise<StepUsage> {
  const { rows } = await prepared<StepUsage>`select ${month}::text as month,
    (select coalesce(sum(steps), 0)::float8 from step_usage where month = ${month}) as steps,
    (select steps_per_month::float8 from tenant_quotas) as "stepsPerMonth",
    to_char(${month} + interval '1 month', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "resetsAt"`.execute(db);
  return rows[0] as StepUsage;
}

/** What asks whether the tenant has room: the entries about to be written count too, and a run that was let go on is not asked. */
export interface QuotaQuestion {
  readonly entries: readonly JournalEntry[];
  readonly waived: boolean;
  /** All that the run has begun counts, whoever is about to write it: of calls side by side only one carries the entries. */
  readonly run?: { readonly id: string; readonly stepsBegun: number } | undefined;
}

/**
 * What a writer of a run asks.
 * @param write what it is about to write
 * @see docs/decisions/0111-calls-side-by-side-and-the-quota.md
 */
export function quotaQuestion(
  writer: {
    readonly runId: string;
    readonly stepsBegun?: number | undefined;
    readonly quotaWaived?: boolean | undefined;
  },
  write: { readonly entries: readonly JournalEntry[] } | undefined,
): QuotaQuestion {
  const { runId, stepsBegun, quotaWaived } = writer;
  return {
    entries: write?.entries ?? [],
    waived: quotaWaived === true,
    run: stepsBegun === undefined ? undefined : { id: runId, stepsBegun },
  };
}

/** In a statement: whether the tenant's steps of this month, those that the entries begin included, are within its quota. */
export function withinQuota({ entries, waived, run }: QuotaQuestion): Prepared<boolean> {
  const begun = run?.stepsBegun ?? stepsBegun(entries);
  // Of the run's own steps those that are written are among the tenant's.
  return prepared`(${waived}::boolean or not exists (select from tenant_quotas q where q.steps_per_month is not null
    and (select coalesce(sum(u.steps), 0) from step_usage u where u.month = ${month})
      + greatest(0, ${begun}::bigint - coalesce((select r.step_count from workflow_runs r where r.id = ${run?.id ?? null}::uuid), 0)) > q.steps_per_month))`;
}

export async function isWithinQuota(db: TenantDb, question: QuotaQuestion): Promise<boolean> {
  const { rows } = await prepared<{ within: boolean }>`select ${withinQuota(question)} as within`.execute(db);
  return rows[0]?.within === true;
}

/**
 * In the statement that writes the run's row: counts the steps that a write of the journal begins. What is written again begins nothing.
 * @param steps negative when entries went that had begun steps
 */
export function countSteps(db: TenantDb, runId: string, steps: number): Prepared<unknown> {
  return prepared`insert into step_usage as u (tenant_id, month, part, steps)
    select ${db.tenantId}::uuid, ${month}, ${partOf(runId)}::smallint, ${steps}::bigint where ${steps !== 0}::boolean and ${unlessRefused}
    on conflict (tenant_id, month, part) do update set steps = u.steps + excluded.steps`;
}

function stepsBegun(entries: readonly JournalEntry[]): number {
  return entries.filter(
    (entry) => "execution" in entry && beginsStep({ kind: entry.kind, execution: entry.execution, seq: entry.seq }),
  ).length;
}

/** A run's writes come one after the other in any case, so it has one row. */
function partOf(runId: string): number {
  return Number.parseInt(runId.slice(-2), 16) % parts;
}
