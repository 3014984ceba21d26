import type { JournalEntry } from "@mainspring/core";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerExecution } from "./executions.ts";
import { newId } from "./ids.ts";
import { invocationsOf } from "./invocations.ts";
import { appendCarried, journalOf, writeCarried, writeProvisional } from "./journal.ts";
import type { CarriedWrite } from "./journal.ts";
import { claimAtOnce, claimInvocation, recordNoneAtOnce } from "./ledger.ts";
import type { InvocationClaim } from "./ledger.ts";
import { roundTrips } from "./pipeline.ts";
import { endedOutside } from "./run-ends.ts";
import { takeSegmentToken } from "./segments.ts";
import { noteAttempt, noteRetry } from "./steps.ts";
import type { TenantDb } from "./store.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { chance, firstState, journalSome } from "./testing/simulated-run.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await clonedDatabase();
  tenant = await testTenant(database.store);
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";

async function registeredRun(): Promise<string> {
  const runId = await acceptedRun(tenant);
  const temporalRunId = newId();
  await tenant.run((db) => registerExecution(db, { runId, temporalRunId, ordinal: 1 }, async () => true));
  return runId;
}

const append = (write: CarriedWrite): Promise<boolean> =>
  tenant.run((db) => {
    db.lastRound();
    return appendCarried(db, write);
  });

const carriedWrite = (runId: string, entries: readonly JournalEntry[], historyLength = 5, epoch = 1): CarriedWrite => ({
  runId,
  fence: { epoch, ordinal: 1, historyLength },
  entries,
});

/** All that a write may touch, but for ids and the clock of the database. */
async function rowsOf(runId: string): Promise<unknown> {
  const one = async (db: TenantDb, query: string): Promise<unknown[]> => (await sql.raw(query).execute(db)).rows;
  return tenant.run(async (db) => ({
    run: await one(
      db,
      `select to_jsonb(r) - array['id', 'root_run_id', 'temporal_workflow_id', 'created_at', 'updated_at'] as row from workflow_runs r where id = '${runId}'`,
    ),
    steps: await one(
      db,
      `select to_jsonb(s) - 'run_id' as row from workflow_run_steps s where run_id = '${runId}' order by execution`,
    ),
    journal: await one(
      db,
      `select to_jsonb(j) - 'run_id' as row from workflow_run_journal j where run_id = '${runId}' order by seq`,
    ),
  }));
}

test("what is appended in one round trip leaves the rows that reading the journal leaves", async () => {
  let appended = 0;
  let writes = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0 }), fc.integer({ min: 1, max: 20 }), async (seed, tasks) => {
      const random = chance(seed);
      const [runId, read] = [await registeredRun(), await registeredRun()];
      let state = firstState;
      for (let task = 1; task <= tasks; task += 1) {
        const options = { count: 1 + random.below(4), at: new Date(Date.parse(at) + task).toISOString(), eventIds: [] };
        const some = journalSome(state, random.below(1_000_000_000), options);
        // Of waits and of the run's status, which are not appended, only a few.
        const entries = some.entries.filter(
          ({ kind }) => kind === "step" || kind === "state" || (kind !== "event" && random.oneIn(5)),
        );
        state = some.state;
        if (entries.length === 0) continue;
        const quick = await append(carriedWrite(runId, entries, 5 + task));
        writes += 1;
        if (quick) appended += 1;
        else await tenant.run((db) => writeCarried(db, carriedWrite(runId, entries, 5 + task)));
        await tenant.run((db) => writeCarried(db, carriedWrite(read, entries, 5 + task)));
        // Attempts under way leave their own marks on open steps.
        const step = state.openSteps[random.below(Math.max(1, state.openSteps.length))];
        if (step !== undefined && random.oneIn(2)) {
          const attempt = 1 + random.below(4);
          const fails = random.oneIn(2);
          for (const run of [runId, read]) {
            const of = { runId: run, execution: step.execution, attempt };
            await tenant.run((db) =>
              fails ? noteRetry(db, { ...of, errorJson: `{"n":${attempt}}`, nextAt: at }) : noteAttempt(db, of),
            );
          }
        }
        expect(await rowsOf(runId)).toEqual(await rowsOf(read));
      }
    }),
    { numRuns: 40 },
  );
  expect(appended / writes).toBeGreaterThan(0.4);
});

const place = (execution: number) => ({ stepId: "s", stepPath: "root.steps[0]", iteration: [], execution });
const begin = (seq: number): JournalEntry => ({
  seq,
  at,
  kind: "step",
  status: "RUNNING",
  ...place(seq),
  data: { type: "action.call", commandId: `c${seq}` },
});
const close = (seq: number, execution: number, attempt?: number): JournalEntry => ({
  seq,
  at,
  kind: "step",
  status: "SUCCEEDED",
  ...place(execution),
  data: { output: { n: seq }, ...(attempt === undefined ? {} : { attempt }) },
});

test("a step that closes keeps what its beginning told", async () => {
  const runId = await registeredRun();
  expect(await append(carriedWrite(runId, [begin(1)]))).toBe(true);
  expect(await append(carriedWrite(runId, [close(2, 1, 2), begin(3)], 11))).toBe(true);
  const { rows } = await tenant.run((db) =>
    sql`select execution, type, command_id, attempt, status, started_at <= finished_at as ended from workflow_run_steps
      where run_id = ${runId} order by execution`.execute(db),
  );
  expect(rows).toEqual([
    { execution: 1, type: "action.call", command_id: "c1", attempt: 2, status: "SUCCEEDED", ended: true },
    { execution: 3, type: "action.call", command_id: "c3", attempt: 1, status: "RUNNING", ended: null },
  ]);
});

const refusals: { readonly [what: string]: (runId: string) => Promise<CarriedWrite> } = {
  "entries before others": async (runId) => {
    await tenant.run((db) => writeCarried(db, carriedWrite(runId, [begin(5)])));
    return carriedWrite(runId, [begin(2)]);
  },
  "entries that are there already": async (runId) => {
    await append(carriedWrite(runId, [begin(1)]));
    return carriedWrite(runId, [begin(1)]);
  },
  "a step that closes without telling its attempt": async (runId) => {
    await append(carriedWrite(runId, [begin(1)]));
    return carriedWrite(runId, [close(2, 1)]);
  },
  "a step that closes and has no row": async (runId) => carriedWrite(runId, [close(2, 1, 1)]),
  "a step of an epoch before": async (runId) => {
    await append(carriedWrite(runId, [begin(1)]));
    await tenant.run((db) => registerExecution(db, { runId, temporalRunId: newId(), ordinal: 1 }, async () => true));
    return carriedWrite(runId, [close(2, 1, 1)], 5, 2);
  },
  "a writer of an epoch before": async (runId) => {
    await tenant.run((db) => registerExecution(db, { runId, temporalRunId: newId(), ordinal: 1 }, async () => true));
    return carriedWrite(runId, [begin(1)]);
  },
  "a run that ended outside": async (runId) => {
    await tenant.run((db) => endedOutside(db, runId, { status: "FAILED", error: { code: "ENDED_OUTSIDE" }, at }));
    return carriedWrite(runId, [begin(1)]);
  },
  "a run with a segment under way": async (runId) => {
    const fence = { epoch: 1, ordinal: 1, historyLength: 3 };
    await tenant.run((db) => takeSegmentToken(db, { runId, fence, token: newId() }));
    return carriedWrite(runId, [begin(1)]);
  },
  "a wait": async (runId) =>
    carriedWrite(runId, [
      {
        seq: 1,
        at,
        kind: "wait",
        waitId: "w",
        waitType: "event",
        status: "WAITING",
        ...place(1),
        data: { event: "e", key: "k" },
      },
    ]),
  "the run's status": async (runId) => carriedWrite(runId, [{ seq: 1, at, kind: "run", status: "RUNNING" }]),
  "a run that is not there": async () => carriedWrite(newId(), [begin(1)]),
};

test.each(Object.entries(refusals))("%s: nothing is appended", async (_, prepare) => {
  const runId = await registeredRun();
  const write = await prepare(runId);
  const before = await rowsOf(runId);
  expect(await append(write)).toBe(false);
  expect(await rowsOf(runId)).toEqual(before);
});

test("a refusal ends with its transaction", async () => {
  const runId = await registeredRun();
  await tenant.run((db) => writeCarried(db, carriedWrite(runId, [begin(5)])));
  expect(await append(carriedWrite(runId, [begin(2)]))).toBe(false);
  const fence = { epoch: 1, ordinal: 1, historyLength: 9 };
  await tenant.run((db) => writeProvisional(db, { runId, fence, nextSeq: 7, entries: [begin(6)] }));
  expect(await append(carriedWrite(runId, [begin(7)], 11))).toBe(true);
});

const claimOf = (runId: string, key: string, execution: number): InvocationClaim => ({
  key,
  runId,
  commandId: `c${execution}`,
  place: place(execution),
  action: "test.send@1",
  effect: "once",
  input: { n: 1 },
  inputHash: "h",
  attempt: 1,
  deadlineAt: new Date(Date.now() + 60_000),
  owner: `${runId}:c${execution}:1`,
});

test("a new key and the next entries are one round trip", async () => {
  const runId = await registeredRun();
  let rounds = 0;
  const count = (): void => void (rounds += 1);
  roundTrips.subscribe(count);
  const claimed = await tenant.run((db) =>
    claimAtOnce(db, claimOf(runId, newId(), 1), carriedWrite(runId, [begin(1)])),
  );
  roundTrips.unsubscribe(count);
  expect({ claimed, rounds }).toEqual({ claimed: true, rounds: 1 });
});

test("the end of an effect-free call, and the next entries, are one round trip; where they are not the next its row alone is written", async () => {
  const runId = await registeredRun();
  const record = (execution: number) =>
    ({
      key: newId(),
      runId,
      commandId: `c${execution}`,
      place: place(execution),
      action: "time.now@1",
      input: {},
      status: "SUCCEEDED",
      output: "now",
      attempts: 1,
      startedAt: at,
      finishedAt: at,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
    }) as const;
  let rounds = 0;
  const count = (): void => void (rounds += 1);
  roundTrips.subscribe(count);
  const written = await tenant.run((db) => recordNoneAtOnce(db, record(3), carriedWrite(runId, [begin(3)])));
  roundTrips.unsubscribe(count);
  expect({ written, rounds }).toEqual({ written: true, rounds: 1 });
  expect(await tenant.run((db) => recordNoneAtOnce(db, record(2), carriedWrite(runId, [begin(2)])))).toBe(false);
  const rows = (await tenant.run((db) => invocationsOf(db, runId, {}))).items;
  expect(rows.map(({ commandId, status }) => [commandId, status]).sort()).toEqual([
    ["c2", "SUCCEEDED"],
    ["c3", "SUCCEEDED"],
  ]);
  expect((await tenant.run((db) => journalOf(db, runId))).map(({ seq }) => seq)).toEqual([3]);
});

test("where half of it can be done, the ordinary claim does the other half and counts no attempt twice", async () => {
  const runId = await registeredRun();
  await tenant.run((db) => writeCarried(db, carriedWrite(runId, [begin(5)])));
  const claim = claimOf(runId, newId(), 2);
  const carried = carriedWrite(runId, [begin(2)]);
  expect(await tenant.run((db) => claimAtOnce(db, claim, carried))).toBe(false);
  expect(await tenant.run((db) => claimInvocation(db, claim, carried))).toEqual({
    result: "claimed",
    reportedAttempts: 0,
    lostInRow: 0,
  });

  const other = await registeredRun();
  const next = carriedWrite(other, [begin(1)]);
  expect(await tenant.run((db) => claimAtOnce(db, claimOf(other, claim.key, 1), next))).toBe(false);
  const held = await tenant.run((db) => claimInvocation(db, claimOf(other, claim.key, 1), next));
  expect(held.result).toBe("held");
});
