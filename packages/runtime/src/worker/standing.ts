import {
  countDeadLetters,
  countSchedules,
  standingRuns,
  tenantIds,
  type HoldReason,
  type ScheduleState,
  type Store,
} from "@mainspring/store";

/** What stands in the tables of all tenants and waits for somebody. */
export interface Standing {
  readonly deadLetters: number;
  readonly quotaPaused: number;
  readonly held: { readonly [reason in HoldReason]: number };
  readonly schedules: { readonly [state in ScheduleState]: number };
  /** Schedules that Temporal has not followed yet. */
  readonly schedulesBehind: number;
}

/** One tenant after the other: each is counted by indexes of what is open, and nobody is in a hurry. */
export async function standingOf(store: Store): Promise<Standing> {
  const sum = {
    deadLetters: 0,
    quotaPaused: 0,
    held: { "workflow-paused": 0, "concurrency-limited": 0, "over-limit": 0 },
    schedules: { active: 0, paused: 0, disabled: 0, completed: 0 },
    schedulesBehind: 0,
  };
  for (const tenantId of await store.platform(tenantIds)) {
    const [letters, runs, schedules] = await store.tenant(tenantId, (db) =>
      Promise.all([countDeadLetters(db), standingRuns(db), countSchedules(db)]),
    );
    sum.deadLetters += letters;
    sum.quotaPaused += runs.quotaPaused;
    sum.schedulesBehind += schedules.behind;
    add(sum.held, runs.held);
    add(sum.schedules, schedules.states);
  }
  return sum;
}

function add<K extends string>(sum: { [key in K]: number }, more: { readonly [key in K]: number }): void {
  for (const key of Object.keys(sum) as K[]) sum[key] += more[key];
}
