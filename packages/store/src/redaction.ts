import type { Json } from "@mainspring/core";
import { prepared } from "./prepared.ts";
import { loadColumns } from "./stored-values.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

/** A run whose values may stand in another's. */
export interface RelatedRun {
  readonly id: string;
  readonly programHash: string | null;
  /** What runs around it ran that are deleted. */
  readonly lostPrograms: readonly string[];
}

/** More runs of one tree are not looked at, nor longer chains of restarts. */
const treeMax = 1_000;
const chainMax = 20;

/** The run, those of its tree (parents, children, theirs), and the trees of the runs that it was restarted from. */
export async function relatedRuns(db: TenantDb, runId: string): Promise<RelatedRun[]> {
  if (!isUuid(runId)) return [];
  const found = new Map<string, RelatedRun>();
  let next: readonly string[] = [runId];
  for (let step = 0; next.length > 0 && step < chainMax; step++) {
    const { rows } = await prepared<RelatedRun & { restartedFrom: string | null }>`
      select id, program_hash as "programHash", restarted_from as "restartedFrom", coalesce(lost_programs, '{}') as "lostPrograms" from workflow_runs where id = any(${[...next]}::uuid[])
      union
      (select id, program_hash, restarted_from, coalesce(lost_programs, '{}') from workflow_runs
        where root_run_id = any(array(select root_run_id from workflow_runs where id = any(${[...next]}::uuid[]) and root_run_id is not null))
        order by id limit ${treeMax})`.execute(db);
    for (const { id, programHash, lostPrograms } of rows) found.set(id, { id, programHash, lostPrograms });
    next = rows.flatMap(({ restartedFrom }) => restartedFrom ?? []).filter((id) => !found.has(id));
  }
  return [...found.values()];
}

/**
 * Programs of the trees that the runs belong to, and of the trees that these were restarted from, the deleted ones among them: whether any of
 * them knows of sensitive values decides whether more is read. Only the root of a tree is ever a restart.
 */
export async function programsAround(db: TenantDb, runIds: readonly string[]): Promise<Map<string, string[]>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await prepared<{ runId: string; programs: string[] }>`
    with recursive chain as (
      select r.id as run_id, r.id, r.root_run_id as root, coalesce(r.restarted_from, top.restarted_from) as origin, 1 as depth
      from workflow_runs r left join workflow_runs top on top.id = r.root_run_id where r.id = any(${[...runIds]}::uuid[])
      union all
      select c.run_id, r.id, r.root_run_id, coalesce(r.restarted_from, top.restarted_from), c.depth + 1
      from chain c join workflow_runs r on r.id = c.origin left join workflow_runs top on top.id = r.root_run_id where c.depth < ${chainMax})
    select c.run_id as "runId", array_agg(distinct t.program_hash) filter (where t.program_hash is not null) as programs
    from chain c cross join lateral (
      select r.program_hash from workflow_runs r where r.id = c.id
      union select unnest(r.lost_programs) from workflow_runs r where r.id = c.id
      union select tree.program_hash from workflow_runs tree where tree.root_run_id = c.root
      union select unnest(tree.lost_programs) from workflow_runs tree where tree.root_run_id = c.root and tree.lost_programs is not null) t
    group by c.run_id`.execute(db);
  return new Map(rows.map(({ runId, programs }) => [runId, programs ?? []]));
}

export async function inputsOf(db: TenantDb, runIds: readonly string[]): Promise<{ runId: string; input: Json }[]> {
  if (runIds.length === 0) return [];
  const { rows } = await prepared<{ runId: string; input: Json }>`
    select id as "runId", input_json as input from workflow_runs where id = any(${[...runIds]}::uuid[]) and input_json is not null`.execute(
    db,
  );
  return loadColumns(db, rows, ["input"]);
}

/** What the steps at these paths took, gave and were answered, in any of their executions and tries. */
export async function valuesOfSteps(
  db: TenantDb,
  runIds: readonly string[],
  stepPaths: readonly string[],
): Promise<{ stepPath: string; of: "input" | "output" | "answer"; value: Json }[]> {
  if (runIds.length === 0 || stepPaths.length === 0) return [];
  const [ids, paths] = [[...runIds], [...stepPaths]];
  const { rows } = await prepared<{ stepPath: string; of: "input" | "output" | "answer"; value: Json }>`
    select step_path as "stepPath", 'input' as of, input_json as value from workflow_action_invocations
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and input_json is not null
    union all select step_path, 'output', output_json from workflow_action_invocations
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and output_json is not null
    union all select step_path, 'output', late_json -> 'result' from workflow_action_invocations
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and late_json is not null
    union all select step_path, 'input', input_json from workflow_run_steps
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and input_json is not null
    union all select step_path, 'output', output_json from workflow_run_steps
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and output_json is not null
    union all select step_path, 'answer', payload from workflow_run_waits
      where run_id = any(${ids}::uuid[]) and step_path = any(${paths}::text[]) and payload is not null`.execute(db);
  return loadColumns(db, rows, ["value"]);
}

/** By command, and for a task by its id: the step that gave it. Only steps at these paths. */
export async function stepsByCommand(
  db: TenantDb,
  runId: string,
  stepPaths: readonly string[],
): Promise<Map<string, string>> {
  if (stepPaths.length === 0) return new Map();
  const { rows } = await prepared<{ id: string; stepPath: string }>`
    select command_id as id, step_path as "stepPath" from workflow_run_steps
      where run_id = ${runId} and step_path = any(${[...stepPaths]}::text[]) and command_id is not null
    union all select key, step_path from workflow_run_waits
      where run_id = ${runId} and step_path = any(${[...stepPaths]}::text[]) and wait_type = 'human' and key is not null`.execute(
    db,
  );
  return new Map(rows.map(({ id, stepPath }) => [id, stepPath]));
}

/** Schemas of named forms as they were given to a run's tasks. */
export async function formsOfTasks(db: TenantDb, runIds: readonly string[]): Promise<Json[]> {
  if (runIds.length === 0) return [];
  const { rows } = await prepared<{ schema: Json }>`
    select entry #> '{data,event,schema}' as schema from workflow_run_journal
    where run_id = any(${[...runIds]}::uuid[]) and kind = 'input' and entry #>> '{data,event,kind}' = 'taskOpened'
      and entry #> '{data,event,schema}' is not null`.execute(db);
  return rows.map(({ schema }) => schema);
}

/** Which secrets the tenant has, each with the version of its value: whether what is known of them still holds. */
export async function secretVersions(db: TenantDb): Promise<{ name: string; version: number }[]> {
  const { rows } = await prepared<{
    name: string;
    version: number;
  }>`select name, version from secrets order by name`.execute(db);
  return rows;
}

/** Keys that the runs' waits have or had. */
export async function waitKeysOf(db: TenantDb, runIds: readonly string[]): Promise<Map<string, string[]>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await prepared<{ runId: string; keys: string[] }>`
    select run_id as "runId", array_agg(distinct key) as keys from workflow_run_waits
    where run_id = any(${[...runIds]}::uuid[]) and key is not null group by run_id`.execute(db);
  return new Map(rows.map(({ runId, keys }) => [runId, keys]));
}

/** Which of the tenant's event types have a schema, each with its revision: whether what is known of them still holds. */
export async function eventTypeVersions(db: TenantDb): Promise<{ name: string; revision: number }[]> {
  const { rows } = await prepared<{ name: string; revision: number }>`
    select name, revision from workflow_event_types where schema is not null order by name collate "C"`.execute(db);
  return rows;
}

/** Steps of the runs that wait or waited for events of these names. */
export async function eventWaitsOf(
  db: TenantDb,
  runIds: readonly string[],
  names: readonly string[],
): Promise<{ stepPath: string; name: string }[]> {
  if (runIds.length === 0 || names.length === 0) return [];
  const { rows } = await prepared<{ stepPath: string; name: string }>`
    select distinct step_path as "stepPath", event_name as name from workflow_run_waits
    where run_id = any(${[...runIds]}::uuid[]) and wait_type = 'event' and event_name = any(${[...names]}::text[])`.execute(
    db,
  );
  return rows;
}

/** Events of these names that began one of the runs. */
export async function startingEventsOf(
  db: TenantDb,
  runIds: readonly string[],
  names: readonly string[],
): Promise<{ name: string; payload: Json }[]> {
  if (runIds.length === 0 || names.length === 0) return [];
  const { rows } = await prepared<{ name: string; payload: Json }>`
    select e.name, e.payload from workflow_runtime_events e
    where e.id in (select trigger_event_id from workflow_runs where id = any(${[...runIds]}::uuid[]) and trigger_event_id is not null)
      and e.name = any(${[...names]}::text[])`.execute(db);
  return loadColumns(db, rows, ["payload"]);
}

/** Those of the runs that, or whose tree or origin, were begun by or wait or waited for an event of these names. */
export async function runsThatMeet(
  db: TenantDb,
  runIds: readonly string[],
  names: readonly string[],
): Promise<Set<string>> {
  if (runIds.length === 0 || names.length === 0) return new Set();
  const wanted = [...names];
  const { rows } = await prepared<{ id: string }>`
    select distinct r.id from workflow_runs r cross join lateral (
      select r.id, r.trigger_event_id
      union select tree.id, tree.trigger_event_id from workflow_runs tree where tree.root_run_id = r.root_run_id
      union select origin.id, origin.trigger_event_id from workflow_runs origin where origin.id = r.restarted_from) t
    where r.id = any(${[...runIds]}::uuid[]) and (
      exists (select from workflow_run_waits w where w.run_id = t.id and w.wait_type = 'event' and w.event_name = any(${wanted}::text[]))
      or exists (select from workflow_runtime_events e where e.id = t.trigger_event_id and e.name = any(${wanted}::text[])))`.execute(
    db,
  );
  return new Set(rows.map(({ id }) => id));
}
