// What became of all events of a tenant, by SQL over the tables.
import type { World } from "@mainspring/runtime/testing";
import pg from "pg";

/** Each event counted once, by the first that applies, in this order. */
export type Counts = {
  accepted: number;
  taken: number;
  started: number;
  /** With its reason, by reason. */
  unmatched: Record<string, number>;
  dead: number;
  /** None of these. */
  lost: number;
  /** Not at its end yet. */
  open: number;
  /** Runs that one and the same event and trigger started, beyond the first. */
  startedTwice: number;
  /** Events taken by more than one run. */
  takenTwice: number;
};

const classes = `
  select case
    when e.state in ('pending', 'processing', 'failed') then 'open'
    when exists (select from workflow_event_deliveries d where d.tenant_id = e.tenant_id and d.event_id = e.id and d.state = 'taken') then 'taken'
    when exists (select from workflow_event_deliveries d where d.tenant_id = e.tenant_id and d.event_id = e.id and (d.state in ('pending', 'delivered') or d.due_at is not null)) then 'open'
    when exists (select from workflow_trigger_decisions t where t.tenant_id = e.tenant_id and t.event_id = e.id and t.outcome = 'fired'
      and exists (select from workflow_runs r where r.tenant_id = t.tenant_id and r.id = t.run_id)) then 'started'
    when e.state = 'dead' then 'dead'
    else coalesce(
      (select t.outcome from workflow_trigger_decisions t where t.tenant_id = e.tenant_id and t.event_id = e.id
        and t.outcome not in ('duplicate', 'fired') order by t.outcome = 'correlation-missing' desc, t.id limit 1), 'lost')
    end as class, count(*)::int as count
  from workflow_runtime_events e group by 1`;

const doubles = `
  select
    (select count(*)::int from (select from workflow_runs where trigger_event_id is not null group by trigger_event_id having count(*) > 1) s) as "startedTwice",
    (select count(*)::int from (select from workflow_event_deliveries where state = 'taken' group by event_id having count(*) > 1) t) as "takenTwice"`;

const own = new Set(["taken", "started", "dead", "lost", "open"]);

export async function countTenant(world: World, tenantId: string): Promise<Counts> {
  const client = new pg.Client({ connectionString: world.database.appUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.tenant', $1, true)", [tenantId]);
    const { rows } = await client.query<{ class: string; count: number }>(classes);
    const twice = await client.query<{ startedTwice: number; takenTwice: number }>(doubles);
    const of = (name: string): number => rows.find((row) => row.class === name)?.count ?? 0;
    return {
      accepted: rows.reduce((sum, { count }) => sum + count, 0),
      taken: of("taken"),
      started: of("started"),
      unmatched: Object.fromEntries(rows.filter((row) => !own.has(row.class)).map((row) => [row.class, row.count])),
      dead: of("dead"),
      lost: of("lost"),
      open: of("open"),
      startedTwice: twice.rows[0]?.startedTwice ?? 0,
      takenTwice: twice.rows[0]?.takenTwice ?? 0,
    };
  } finally {
    await client.end();
  }
}

/** Which of these producers' ids the tenant's inbox does not have. */
export async function missingIds(world: World, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: world.database.appUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.tenant', $1, true)", [tenantId]);
    const { rows } = await client.query<{ id: string }>(
      `select id from unnest($1::text[]) as sent(id) where not exists (
        select from workflow_runtime_events e where e.tenant_id = $2::uuid and e.source = 'flood' and e.event_id = sent.id)`,
      [ids, tenantId],
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
