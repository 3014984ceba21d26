import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { prepared } from "./prepared.ts";
import { programsAround } from "./redaction.ts";
import type { PlatformDb, TenantDb } from "./store.ts";
import { retentionDaysDefault } from "./tenants.ts";

/** So long event ids and authored keys of deleted runs are remembered. */
export const rememberedDays = 30;

/**
 * Removes a run with all that is its own: executions, journal, steps, waits, tasks, deliveries, snapshots, invocations. Of events that only
 * this run had, and of authored keys, as much stays as refuses a repetition: id and body hash, key, input hash and output.
 * Decisions about it and about these events stay, without the values that they were made from. Children, replays and restarts are runs of their own and stay;
 * they, and a parent, keep which program was run here: see docs/decisions/0129-closed-when-a-relative-is-gone.md.
 * @param run.authoredKeys keys of its invocations that an author gave
 * @returns false when there was no such run
 */
export async function deleteRun(
  db: TenantDb,
  run: { readonly id: string; readonly authoredKeys: readonly string[] },
): Promise<boolean> {
  const { id, authoredKeys } = run;
  const forgetAt = sql`now() + ${rememberedDays}::int * interval '1 day'`;
  const erased = await sql<{
    id: string;
  }>`update workflow_runtime_events e set payload = 'null', user_id = null, correlation_key = null, correlation_how = null, run_id = null,
      error_json = null, due_at = null, state = case when e.state = 'dead' then 'dead' else 'completed' end, completed_at = coalesce(e.completed_at, now()),
      forget_at = ${forgetAt}
    where (e.run_id = ${id}
        or e.id in (select d.event_id from workflow_event_deliveries d where d.run_id = ${id} and d.state = 'taken')
        or e.id = (select r.trigger_event_id from workflow_runs r where r.id = ${id}))
      and not exists (select from workflow_event_deliveries d where d.event_id = e.id and d.run_id <> ${id} and d.state <> 'ignored')
      and not exists (select from workflow_runs r where r.trigger_event_id = e.id and r.id <> ${id})
      and not exists (select from workflow_runs r where e.id = any(r.offered_event_ids) and r.completed_at is null)
    returning e.id`.execute(db);
  await forgetValues(db, sql`run_id = ${id}`);
  await forgetDecidedFrom(db, erased.rows);
  await sql`delete from workflow_action_invocations where run_id = ${id} and not key = any(${[...authoredKeys]}::text[])`.execute(
    db,
  );
  await sql`update workflow_action_invocations set input_json = null, error_json = null, late_json = null, forget_at = ${forgetAt}
    where run_id = ${id}`.execute(db);
  await noteLostPrograms(db, id);
  const { rows } = await sql`delete from workflow_runs where id = ${id} returning true as deleted`.execute(db);
  return rows.length > 0;
}

/**
 * Notes with the runs around it which program the run ran. Some of them are related to others through it alone, and get the programs of those
 * too: its restarts those of its tree, and its tree those of the run that it was restarted from. Each program is noted once per run, so that
 * deleting a tree of many children of one workflow writes each of its rows once.
 */
async function noteLostPrograms(db: TenantDb, id: string): Promise<void> {
  const { rows } = await sql<{ root: string | null; origin: string | null; hasRestarts: boolean; own: string[] }>`
    select root_run_id as root, restarted_from as origin, array_remove(coalesce(lost_programs, '{}') || program_hash, null) as own,
      exists (select from workflow_runs r where r.restarted_from = ${id}) as "hasRestarts"
    from workflow_runs where id = ${id}`.execute(db);
  const [gone] = rows;
  if (gone === undefined) return;
  const { root, origin, hasRestarts, own } = gone;
  const around = await programsAround(db, [...(hasRestarts ? [id] : []), ...(origin === null ? [] : [origin])]);
  const ofTree = [...own, ...(around.get(origin ?? "") ?? [])];
  const ofRestarts = [...own, ...(around.get(id) ?? [])];
  const lacks = (programs: readonly string[]) => sql`not coalesce(r.lost_programs, '{}') @> ${programs}::text[]`;
  const inTree = sql`r.root_run_id = ${root} and ${lacks(ofTree)}`;
  const restarted = sql`r.restarted_from = ${id} and ${lacks(ofRestarts)}`;
  // Two deletions in one tree would each wait for the run of the other: each first takes, in one order, all that it is going to write.
  await sql`select from workflow_runs r where r.id = ${id} or (${inTree}) or (${restarted}) order by r.id for update`.execute(
    db,
  );
  const note = async (whose: RawBuilder<unknown>, programs: readonly string[]): Promise<void> => {
    await sql`update workflow_runs r
      set lost_programs = array(select distinct unnest(coalesce(r.lost_programs, '{}') || ${programs}::text[]))
      where r.id <> ${id} and ${whose}`.execute(db);
  };
  await note(inTree, ofTree);
  if (hasRestarts) await note(restarted, ofRestarts);
}

/** @param events ours */
async function forgetDecidedFrom(db: TenantDb, events: readonly { readonly id: string }[]): Promise<void> {
  if (events.length > 0) await forgetValues(db, sql`event_id = any(${events.map(({ id }) => id)}::uuid[])`);
}

/** Of what decisions were made from, what is ours: beside these numbers, and true and false. */
const keptValues = ["code", "failed", "held", "kind", "limit", "what", "zone"] as const;

/**
 * What was decided stays, and what it was decided from goes: it was read from an event, and only with that is it known which of it has to
 * be masked.
 */
async function forgetValues(db: TenantDb, of: RawBuilder<unknown>): Promise<void> {
  await sql`update workflow_trigger_decisions set "values" = (
      select json_object_agg(key, case key when 'error' then json_build_object('code', value -> 'code') else value end)
      from json_each("values") where key = any(${[...keptValues]}::text[]) or key = 'error' and json_typeof(value) = 'object'
        or json_typeof(value) in ('boolean', 'null') or json_typeof(value) = 'number' and key <> 'condition')
    where ${of} and json_typeof("values") = 'object'`.execute(db);
}

/** A key that is remembered of a deleted run was used: it is remembered from now on. */
export async function rememberLonger(db: TenantDb, key: string): Promise<void> {
  await prepared`update workflow_action_invocations set forget_at = now() + ${rememberedDays}::int * interval '1 day'
    where key = ${key} and forget_at is not null`.execute(db.unread);
}

/** The same of an event that came again. @param id ours */
export async function rememberEventLonger(db: TenantDb, id: string): Promise<void> {
  await prepared`update workflow_runtime_events set forget_at = now() + ${rememberedDays}::int * interval '1 day'
    where id = ${id} and forget_at is not null`.execute(db.unread);
}

/** Every tenant, for what is done for each of them in turn. */
export async function tenantIds(db: PlatformDb): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from tenants order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Runs whose end was confirmed longer ago than the tenant keeps them, the oldest first. Children of a run under way stay with it.
 */
export async function runsPastRetention(db: TenantDb, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select r.id from workflow_runs r
    where r.status in ('SUCCEEDED', 'FAILED', 'CANCELED') and (r.confirmed_at is not null or r.engine is distinct from 'temporal')
      and coalesce(r.completed_at, r.created_at) < now() - ${keptDays}
      and not exists (select from workflow_runs p where p.id = r.parent_run_id and p.completed_at is null)
    order by coalesce(r.completed_at, r.created_at) limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

const keptDays = sql`(select coalesce(max(retention_days), ${retentionDaysDefault}::int) from tenants
  where id = nullif(current_setting('app.tenant', true), '')::uuid) * interval '1 day'`;

/**
 * Removes events that nobody has to look at and no run had, and decisions, that are older than the tenant keeps runs; event ids are
 * remembered for `rememberedDays` at least.
 * @returns how many
 */
export async function forgetOld(db: TenantDb, limit: number): Promise<number> {
  const before = sql`now() - greatest(${keptDays}, ${rememberedDays}::int * interval '1 day')`;
  const events = await sql<{
    id: string;
  }>`delete from workflow_runtime_events where tenant_id = ${db.tenantId} and id in (
      select e.id from workflow_runtime_events e
      where e.accepted_at < ${before} and e.due_at is null and e.forget_at is null and e.state in ('completed', 'dead')
        and not exists (select from workflow_event_deliveries d where d.event_id = e.id)
        and not exists (select from workflow_runs r where r.trigger_event_id = e.id)
      order by e.accepted_at limit ${limit}) returning id`.execute(db);
  await forgetDecidedFrom(db, events.rows);
  const decisions = await sql`delete from workflow_trigger_decisions where tenant_id = ${db.tenantId} and id in (
      select d.id from workflow_trigger_decisions d where d.created_at < ${before} order by d.created_at limit ${limit})
      returning true as gone`.execute(db);
  return events.rows.length + decisions.rows.length;
}

/** Forgets what was remembered of deleted runs long enough, and plans that are too old. */
export async function forgetDeleted(db: TenantDb): Promise<number> {
  const events = await sql`delete from workflow_runtime_events where forget_at <= now() returning true as gone`.execute(
    db,
  );
  const keys =
    await sql`delete from workflow_action_invocations where forget_at <= now() returning true as gone`.execute(db);
  await sql`delete from workflow_plans where expires_at <= now()`.execute(db);
  return events.rows.length + keys.rows.length;
}
