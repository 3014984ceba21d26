import { instantOrNull } from "./instants.ts";
import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** Why the start of a run is held, which then stays QUEUED. */
export type HoldReason = "workflow-paused" | "concurrency-limited" | "over-limit";

/** The tenant's limits that a start is held against; null: no limit. */
export interface StartTerms {
  /** Nothing starts. */
  readonly suspended: boolean;
  /** Runs under way at once; children do not count. */
  readonly concurrentRuns: number | null;
  /** In any 60 s. */
  readonly startsPerMinute: number | null;
  /** Fuel that the tenant's runs may use in any 60 s. */
  readonly fuelPerMinute: number | null;
}

/** The limit that a start would exceed. */
export interface LimitReached {
  readonly limit: "concurrentRuns" | "concurrencyLimit" | "startsPerMinute" | "fuelPerMinute";
  readonly max: number;
  readonly used: number;
  /** Of a limit per minute: in how many milliseconds there is room again. */
  readonly roomInMs?: number;
}

/**
 * What was used within this time counts against a limit per minute. Use is added up by the second, and the oldest second counts whole: no
 * 60 s ever exceed the limit.
 */
const windowMs = 60_000;
/** So many held starts are let go in one transaction. */
const releasedAtOnce = 100;

const underWay = prepared`parent_run_id is null and confirmed_at is null and held_for is null and engine = 'temporal'`;
const inWindow = prepared`second >= date_trunc('second', clock_timestamp() - ${windowMs}::double precision * interval '1 millisecond')`;
const startsInWindow = prepared<number>`(select coalesce(sum(starts), 0)::int from minute_usage where ${inWindow})`;
const fuelInWindow = prepared<number>`(select coalesce(sum(fuel), 0)::float8 from minute_usage where ${inWindow})`;
/** Rows of a second, by run. */
const fuelParts = 4;

export async function startTerms(db: TenantDb): Promise<StartTerms> {
  const { rows } = await prepared<StartTerms>`
    select t.suspended_at is not null as suspended, q.concurrent_runs as "concurrentRuns", q.starts_per_minute as "startsPerMinute",
      q.fuel_per_minute::float8 as "fuelPerMinute"
    from tenants t left join tenant_quotas q on q.tenant_id = t.id where t.id = ${db.tenantId}`.execute(db);
  return rows[0] ?? { suspended: false, concurrentRuns: null, startsPerMinute: null, fuelPerMinute: null };
}

export function hasLimit({ concurrentRuns, startsPerMinute, fuelPerMinute }: StartTerms): boolean {
  return concurrentRuns !== null || startsPerMinute !== null || fuelPerMinute !== null;
}

/** Until the end of the transaction nobody else counts the tenant's starts: what is counted behind this stays true until it commits. */
export async function lockStarts(db: TenantDb): Promise<void> {
  await prepared`select pg_advisory_xact_lock(hashtextextended(${`mainspring:starts:${db.tenantId}`}, 0))`.execute(
    db.unread,
  );
}

/**
 * Whether one more run of the workflow may start now. Counted from rows, so nothing can leak; meant to be asked behind `lockStarts`.
 * @param workflow.limit its own; null: none
 * @returns what is in the way
 */
export async function limitReached(
  db: TenantDb,
  terms: StartTerms,
  workflow: { readonly id: string; readonly limit: number | null },
): Promise<LimitReached | undefined> {
  const byMinute = terms.startsPerMinute !== null || terms.fuelPerMinute !== null;
  const { rows } = await prepared<{
    open: number;
    ofWorkflow: number;
    starts: number;
    fuel: number;
    roomInMs: number | null;
  }>`
    select case when ${terms.concurrentRuns !== null}::boolean then (select count(*)::int from workflow_runs where ${underWay}) else 0 end as open,
      case when ${workflow.limit !== null}::boolean
        then (select count(*)::int from workflow_runs where ${underWay} and workflow_id = ${workflow.id}) else 0 end as "ofWorkflow",
      case when ${byMinute}::boolean then ${startsInWindow} else 0 end as starts,
      case when ${byMinute}::boolean then ${fuelInWindow} else 0 end as fuel,
      case when ${byMinute}::boolean then
        (select extract(epoch from min(second) - date_trunc('second', clock_timestamp()))::float8 * 1000 from minute_usage
          where ${inWindow}) + ${windowMs + 1_000}::double precision end as "roomInMs"`.execute(db);
  const { open = 0, ofWorkflow = 0, starts = 0, fuel = 0, roomInMs = null } = rows[0] ?? {};
  if (terms.concurrentRuns !== null && open >= terms.concurrentRuns)
    return { limit: "concurrentRuns", max: terms.concurrentRuns, used: open };
  if (workflow.limit !== null && ofWorkflow >= workflow.limit)
    return { limit: "concurrencyLimit", max: workflow.limit, used: ofWorkflow };
  if (terms.startsPerMinute !== null && starts >= terms.startsPerMinute)
    return { limit: "startsPerMinute", max: terms.startsPerMinute, used: starts, roomInMs: roomInMs ?? windowMs };
  if (terms.fuelPerMinute !== null && fuel >= terms.fuelPerMinute)
    return { limit: "fuelPerMinute", max: terms.fuelPerMinute, used: fuel, roomInMs: roomInMs ?? windowMs };
  return undefined;
}

/** Counts starts against the limit by the minute, where there is one. */
export async function countStarts(db: TenantDb, terms: StartTerms, starts: number): Promise<void> {
  if (terms.startsPerMinute === null && terms.fuelPerMinute === null) return;
  await prepared`delete from minute_usage where not ${inWindow}`.execute(db.unread);
  if (terms.startsPerMinute === null || starts === 0) return;
  await prepared`insert into minute_usage as u (tenant_id, second, part, starts)
    values (${db.tenantId}, date_trunc('second', clock_timestamp()), 0, ${starts})
    on conflict (tenant_id, second, part) do update set starts = u.starts + excluded.starts`.execute(db.unread);
}

/**
 * Counts what a run's expressions and steps have used, where the tenant has a limit of it. In the transaction of a write of the run's own: told
 * twice, or late, it is counted once.
 * @param fuel since the run's beginning
 */
export async function countFuel(db: TenantDb, runId: string, fuel: number): Promise<void> {
  await prepared`
    with before as (
      select id, fuel_used from workflow_runs where id = ${runId} and fuel_used < ${fuel}::bigint
        and exists (select from tenant_quotas where fuel_per_minute is not null) for update),
    told as (
      update workflow_runs r set fuel_used = ${fuel}::bigint from before where r.id = before.id returning ${fuel}::bigint - before.fuel_used as fuel)
    insert into minute_usage as u (tenant_id, second, part, fuel)
    select ${db.tenantId}::uuid, date_trunc('second', clock_timestamp()), ${1 + (Number.parseInt(runId.slice(-2), 16) % fuelParts)}::smallint, fuel from told
    on conflict (tenant_id, second, part) do update set fuel = u.fuel + excluded.fuel`.execute(db.unread);
}

/** Holds the start of a run that this transaction has made. It does not age, and is let go in the order of acceptance. */
export async function holdStart(db: TenantDb, runId: string, reason: HoldReason): Promise<void> {
  await prepared`update outbox set due_at = null where id = ${runId}`.execute(db.unread);
  await prepared`update workflow_runs set held_for = ${reason}, queued_reason = ${reason} where id = ${runId} and status = 'QUEUED'`.execute(
    db.unread,
  );
  // A run whose end nobody had to confirm until now may be what it waits for.
  await prepared`select pg_notify(${channels.ends}, ${db.tenantId})`.execute(db.unread);
}

/**
 * Lets go of held starts as far as the limits have room, those first that were accepted first; of paused workflows none.
 * @returns the runs, whose starts the relay makes now
 */
export async function releaseHeld(db: TenantDb): Promise<string[]> {
  if (!(await hasHeld(db))) return [];
  await lockStarts(db);
  const terms = await startTerms(db);
  if (terms.suspended) return [];
  const { rows: rooms } = await prepared<{ open: number; starts: number; fuel: number }>`
    select (select count(*)::int from workflow_runs where ${underWay}) as open, ${startsInWindow} as starts, ${fuelInWindow} as fuel`.execute(
    db,
  );
  const { open = 0, starts = 0, fuel = 0 } = rooms[0] ?? {};
  const startsLeft = roomOf(terms.fuelPerMinute, fuel) === 0 ? 0 : roomOf(terms.startsPerMinute, starts);
  const room = Math.min(releasedAtOnce, roomOf(terms.concurrentRuns, open), startsLeft);
  const released = room === 0 ? [] : await letGo(db, room);
  await countStarts(db, terms, released.length);
  // What a pause had held, and now a limit does.
  const reason: HoldReason = startsLeft > released.length ? "concurrency-limited" : "over-limit";
  await prepared`update workflow_runs r set held_for = ${reason}, queued_reason = ${reason}
    from workflow_definitions d
    where r.held_for = 'workflow-paused' and d.tenant_id = r.tenant_id and d.id = r.workflow_id and d.paused_at is null`.execute(
    db.unread,
  );
  return released;
}

function roomOf(limit: number | null, used: number): number {
  return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - used);
}

async function letGo(db: TenantDb, room: number): Promise<string[]> {
  const { rows: first } = await prepared<{ id: string }>`
    select r.id from workflow_definitions d cross join lateral (
      select id, created_at from workflow_runs h where h.workflow_id = d.id and h.held_for is not null order by h.created_at, h.id
      limit case when d.concurrency_limit is null then ${room}::int
        else greatest(0, least(${room}::int, d.concurrency_limit - (select count(*)::int from workflow_runs where ${underWay} and workflow_id = d.id))) end) r
    where d.paused_at is null order by r.created_at, r.id limit ${room}::int`.execute(db);
  if (first.length === 0) return [];
  // First the outbox, then the run, as everybody who holds both. Its age begins now; who is being cancelled is left out.
  const { rows: owed } = await prepared<{ id: string }>`
    update outbox set due_at = now(), created_at = now(), attempts = 0, last_error = null
    where id in (select id from outbox where id = any(${first.map(({ id }) => id)}::uuid[]) and due_at is null order by id for update skip locked)
    returning id`.execute(db);
  const ids = owed.map(({ id }) => id);
  await prepared`update workflow_runs set held_for = null, queued_reason = null, updated_at = now() where id = any(${ids}::uuid[])`.execute(
    db.unread,
  );
  await prepared`select pg_notify(${channels.outbox}, ${db.tenantId})`.execute(db.unread);
  return ids;
}

async function hasHeld(db: TenantDb): Promise<boolean> {
  const { rows } = await prepared<{ held: boolean }>`
    select exists (select from workflow_runs where held_for is not null) as held`.execute(db);
  return rows[0]?.held === true;
}

/** Runs that count, and whose rows say that they have ended: once that is confirmed they make room. */
export async function unconfirmedEnds(db: TenantDb, limit: number): Promise<string[]> {
  const { rows } = await prepared<{ id: string }>`select id from workflow_runs
    where ${underWay} and status in ('SUCCEEDED', 'FAILED', 'CANCELED') order by completed_at limit ${limit}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** What holds a start, as it stands now. */
export interface HoldingLimit {
  readonly of: "tenant" | "workflow" | "startsPerMinute" | "fuelPerMinute";
  readonly limit: number;
  readonly used: number;
  /** Runs that are under way for longest; none of a limit by the minute. */
  readonly oldest: readonly { readonly id: string; readonly workflow: string; readonly startedAt: string | null }[];
  /** Of a limit by the minute. */
  readonly roomInMs?: number;
}

const oldestShown = 5;

/** Undefined: no limit holds the run's start. */
export async function holdingLimit(db: TenantDb, runId: string): Promise<HoldingLimit | undefined> {
  const { rows } = await prepared<{ heldFor: HoldReason; workflowId: string; limit: number | null }>`
    select r.held_for as "heldFor", r.workflow_id as "workflowId", d.concurrency_limit as limit
    from workflow_runs r join workflow_definitions d on d.tenant_id = r.tenant_id and d.id = r.workflow_id
    where r.id = ${runId} and r.held_for in ('concurrency-limited', 'over-limit')`.execute(db);
  const [run] = rows;
  if (run === undefined) return undefined;
  const terms = await startTerms(db);
  const reached = await limitReached(db, terms, { id: run.workflowId, limit: run.limit });
  if (reached === undefined) return undefined;
  const { max: limit, used, roomInMs } = reached;
  if (reached.limit === "startsPerMinute" || reached.limit === "fuelPerMinute")
    return { of: reached.limit, limit, used, oldest: [], ...(roomInMs === undefined ? {} : { roomInMs }) };
  const of = reached.limit === "concurrencyLimit" ? "workflow" : "tenant";
  const only = of === "workflow" ? run.workflowId : null;
  const oldest = await prepared<{ id: string; workflow: string; startedAt: Date | null }>`
    select id, workflow_key as workflow, started_at as "startedAt" from workflow_runs
    where ${underWay} and (${only}::uuid is null or workflow_id = ${only}::uuid) order by created_at, id limit ${oldestShown}`.execute(
    db,
  );
  return {
    of,
    limit,
    used,
    oldest: oldest.rows.map((row) => ({ ...row, startedAt: instantOrNull(row.startedAt) })),
  };
}

/** What counts against the limits now. */
export interface StartUsage {
  /** Runs under way that no other called, and their ends that are not confirmed. */
  readonly open: number;
  /** Made in the last minute. */
  readonly starts: number;
  /** Used in the last minute; null where there is no limit of it, and it is not counted. */
  readonly fuel: number | null;
  readonly held: { readonly [reason in HoldReason]: number };
  /** Since when the one waits that is first in the line. */
  readonly heldSince: string | null;
}

export async function startUsage(db: TenantDb): Promise<StartUsage> {
  const { rows } = await prepared<{
    open: number;
    starts: number;
    fuel: number | null;
    paused: number;
    concurrency: number;
    minute: number;
    since: Date | null;
  }>`
    select (select count(*)::int from workflow_runs where ${underWay}) as open,
      (select count(*)::int from workflow_runs where created_at > now() - interval '1 minute' and parent_run_id is null and held_for is null
        and engine = 'temporal') as starts,
      (select case when q.fuel_per_minute is not null then ${fuelInWindow} end from tenant_quotas q) as fuel,
      count(*) filter (where held_for = 'workflow-paused')::int as paused, count(*) filter (where held_for = 'concurrency-limited')::int as concurrency,
      count(*) filter (where held_for = 'over-limit')::int as minute, min(created_at) as since
    from workflow_runs where held_for is not null`.execute(db);
  const terms = await startTerms(db);
  const { rows: counted } = await prepared<{ starts: number }>`select ${startsInWindow} as starts`.execute(db);
  const { open = 0, starts = 0, fuel = null, paused = 0, concurrency = 0, minute = 0, since = null } = rows[0] ?? {};
  return {
    open,
    // Where there is a limit, what counts against it: a start that was held counts when it was let go.
    starts: terms.startsPerMinute === null ? starts : (counted[0]?.starts ?? 0),
    fuel,
    held: { "workflow-paused": paused, "concurrency-limited": concurrency, "over-limit": minute },
    heldSince: instantOrNull(since),
  };
}

/** Runs of a tenant that do not go on by themselves. */
export interface StandingRuns {
  readonly quotaPaused: number;
  /** Starts. */
  readonly held: { readonly [reason in HoldReason]: number };
}

export async function standingRuns(db: TenantDb): Promise<StandingRuns> {
  const { rows } = await prepared<{ quotaPaused: number; paused: number; concurrency: number; minute: number }>`
    select (select count(*)::int from workflow_runs where status = 'PAUSED' and engine = 'temporal') as "quotaPaused",
      count(*) filter (where held_for = 'workflow-paused')::int as paused,
      count(*) filter (where held_for = 'concurrency-limited')::int as concurrency,
      count(*) filter (where held_for = 'over-limit')::int as minute
    from workflow_runs where held_for is not null`.execute(db);
  const { quotaPaused = 0, paused = 0, concurrency = 0, minute = 0 } = rows[0] ?? {};
  return {
    quotaPaused,
    held: { "workflow-paused": paused, "concurrency-limited": concurrency, "over-limit": minute },
  };
}
