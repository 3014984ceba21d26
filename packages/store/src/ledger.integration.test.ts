import { canonicalHash } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invocationsOf } from "./invocations.ts";
import { writeCarried } from "./journal.ts";
import { newId } from "./ids.ts";
import { claimInvocation, invocationFailed, invocationLate, invocationSucceeded } from "./ledger.ts";
import type { ClaimResult, InvocationClaim } from "./ledger.ts";
import { noneAttempts, recordNone } from "./none-invocations.ts";
import { noteAttempt, stepsOf } from "./steps.ts";
import type { StepRow } from "./steps.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
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
const error = { category: "TransientError", code: "HTTP_503", message: "busy" };

interface Call {
  readonly runId: string;
  readonly claimed: (attempt: number, change?: Partial<InvocationClaim>) => Promise<ClaimResult>;
  readonly key: string;
}

/** One call of an action by a run of its own, or by `runId`. */
async function call(change: Partial<InvocationClaim> = {}): Promise<Call> {
  const runId = change.runId ?? (await acceptedRun(tenant));
  const input = change.input ?? { order: 17 };
  const base: InvocationClaim = {
    key: newId(),
    runId,
    commandId: "c1",
    place: { stepId: "pay", stepPath: "root.steps[0]", iteration: [], execution: 2 },
    action: "shop.charge@1",
    effect: "idempotent",
    input,
    inputHash: canonicalHash(input),
    attempt: 1,
    deadlineAt: inSeconds(60),
    owner: "",
    ...change,
  };
  const owned = (attempt: number): string => `${runId}:${base.commandId}:${attempt}`;
  return {
    runId,
    key: base.key,
    claimed: (attempt, more = {}) =>
      tenant.run((db) => claimInvocation(db, { ...base, attempt, owner: owned(attempt), ...more })),
  };
}

function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}

const succeed = (key: string, output = { receipt: "r-1" }): Promise<boolean> =>
  tenant.run((db) => invocationSucceeded(db, { key, output, at, attempt: 1 }));
const fail = (key: string, temporalAttempt: number): Promise<boolean> =>
  tenant.run((db) => invocationFailed(db, { key, error, attempt: temporalAttempt, temporalAttempt }));

test("[ACT-07] [ACT-08] an effect is claimed before it happens, and its key is answered with its output for ever after", async () => {
  const { claimed, key, runId } = await call();
  expect(await claimed(1)).toEqual({ result: "claimed", reportedAttempts: 0, lostInRow: 0 });
  expect(await invocationsIn(runId)).toMatchObject([{ status: "STARTED", input: { order: 17 } }]);
  expect(await succeed(key)).toBe(true);
  expect(await invocationsIn(runId)).toMatchObject([
    { status: "SUCCEEDED", output: { receipt: "r-1" }, attempts: 1, finishedAt: at },
  ]);
  expect(await claimed(2)).toEqual({ result: "succeeded", output: { receipt: "r-1" } });
  expect(await succeed(key, { receipt: "r-2" })).toBe(false);
  expect(await claimed(3)).toEqual({ result: "succeeded", output: { receipt: "r-1" } });
});

test("a claim sent again because its answer was lost is the same claim", async () => {
  const { claimed } = await call();
  await claimed(1);
  expect(await claimed(1)).toEqual({ result: "claimed", reportedAttempts: 0, lostInRow: 0 });
});

test("[ACT-09] a dead attempt's claim is taken over with the same key where the effect may repeat, and costs no attempt", async () => {
  const { claimed } = await call();
  await claimed(1);
  expect(await claimed(2)).toEqual({ result: "claimed", reportedAttempts: 0, lostInRow: 1 });
  expect(await claimed(3)).toEqual({ result: "claimed", reportedAttempts: 0, lostInRow: 2 });
});

test("[ACT-09] a dead attempt of an effect that may be had once leaves its outcome unknown, for every later try", async () => {
  const { claimed, key, runId } = await call({ effect: "once" });
  await claimed(1);
  expect(await claimed(2)).toMatchObject({ result: "unknown", reportedAttempts: 0 });
  expect(await fail(key, 2)).toBe(true);
  expect(await invocationsIn(runId)).toMatchObject([{ status: "UNKNOWN" }]);
  expect(await claimed(3)).toMatchObject({ result: "unknown", reportedAttempts: 1 });
  expect(await succeed(key)).toBe(false);
});

test("[ACT-09] an author who repeats OUTCOME_UNKNOWN has the effect tried again", async () => {
  const { claimed, key } = await call({ effect: "once", repeatUnknown: true });
  await claimed(1);
  await claimed(2);
  await fail(key, 2);
  expect(await claimed(3)).toEqual({ result: "claimed", reportedAttempts: 1, lostInRow: 0 });
});

test("[ACT-09] [ACT-13] reported failures count as tries, lost ones only as lost in a row", async () => {
  const { claimed, key } = await call();
  await claimed(1);
  await fail(key, 1);
  expect(await claimed(2)).toEqual({ result: "claimed", reportedAttempts: 1, lostInRow: 0 });
  expect(await claimed(4)).toEqual({ result: "claimed", reportedAttempts: 1, lostInRow: 2 });
  await fail(key, 4);
  expect(await claimed(5)).toEqual({ result: "claimed", reportedAttempts: 2, lostInRow: 0 });
});

test("an attempt that was thought dead cannot report over the one that took over from it", async () => {
  const { claimed, key, runId } = await call();
  await claimed(1);
  await claimed(2);
  expect(await fail(key, 1)).toBe(false);
  expect(await invocationsIn(runId)).toMatchObject([{ status: "STARTED", attempts: 0 }]);
  expect(await claimed(1)).toMatchObject({ result: "held" });
  expect(await succeed(key)).toBe(true);
});

test("a key that another run holds is waited for until its deadline, and such tries are not lost", async () => {
  const key = newId();
  const deadlineAt = inSeconds(60);
  const first = await call({ key, deadlineAt });
  const second = await call({ key });
  await first.claimed(1);
  for (let attempt = 1; attempt <= 7; attempt += 1)
    expect(await second.claimed(attempt)).toEqual({ result: "held", until: deadlineAt });
  await fail(key, 1);
  expect(await second.claimed(8)).toEqual({ result: "claimed", reportedAttempts: 0, lostInRow: 0 });
  await succeed(key);
  expect(await first.claimed(2)).toMatchObject({ result: "succeeded" });
});

test("a key whose holder's deadline has passed is taken over by another run", async () => {
  const key = newId();
  const first = await call({ key, deadlineAt: inSeconds(-1) });
  const second = await call({ key });
  await first.claimed(1);
  expect(await second.claimed(1)).toMatchObject({ result: "claimed", reportedAttempts: 0 });
  const once = await call({ deadlineAt: inSeconds(-1), effect: "once" });
  await once.claimed(1);
  expect(await (await call({ key: once.key, effect: "once" })).claimed(1)).toMatchObject({ result: "unknown" });
});

test("[CASE-34] an authored key answers another run, whose step still shows its input; with another input it is refused", async () => {
  const key = newId();
  const first = await call({ key });
  await first.claimed(1);
  await succeed(key);
  const second = await call({ key });
  const { execution, ...place } = { stepId: "pay", stepPath: "root.steps[0]", iteration: [], execution: 2 };
  await tenant.run((db) =>
    writeCarried(db, {
      runId: second.runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
      entries: [{ seq: 2, at, kind: "step", status: "RUNNING", execution, ...place }],
    }),
  );
  expect(await second.claimed(1)).toMatchObject({ result: "succeeded" });
  expect(await stepIn(second.runId)).toMatchObject({ input: { order: 17 } });
  expect(await (await call({ key, input: { order: 18 } })).claimed(1)).toEqual({ result: "keyReused" });
  expect(await invocationsIn(second.runId)).toEqual([]);
});

test("[ACT-06] [CASE-40] equal keys of two tenants have nothing to do with each other", async () => {
  const { key, claimed } = await call();
  await claimed(1);
  await succeed(key);
  const other = await testTenant(database.store, "two");
  const runId = await acceptedRun(other);
  const result = await other.run((db) =>
    claimInvocation(db, {
      key,
      runId,
      commandId: "c1",
      place: { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 2 },
      action: "shop.charge@1",
      effect: "idempotent",
      input: 1,
      inputHash: "other",
      attempt: 1,
      deadlineAt: inSeconds(1),
      owner: "o",
    }),
  );
  expect(result).toMatchObject({ result: "claimed" });
});

test("of many who claim one key at the same time exactly one has the effect", async () => {
  const key = newId();
  const calls = await Promise.all(Array.from({ length: 12 }, () => call({ key })));
  const results = await Promise.all(calls.map(({ claimed }) => claimed(1)));
  expect(results.filter(({ result }) => result === "claimed")).toHaveLength(1);
  expect(results.filter(({ result }) => result === "held")).toHaveLength(11);
});

test("[ACT-14] tries are visible in the step while they happen, and entries that come in meanwhile do not hide them", async () => {
  const { claimed, key, runId } = await call();
  const place = { stepId: "pay", stepPath: "root.steps[0]", iteration: [], execution: 2 };
  const fence = { epoch: 1, ordinal: 1, historyLength: 5 };
  const begun = { seq: 2, at, kind: "step", status: "RUNNING", ...place } as const;
  await tenant.run((db) => writeCarried(db, { runId, fence, entries: [begun] }));
  await claimed(1);
  const nextAt = inSeconds(30);
  await tenant.run((db) => invocationFailed(db, { key, error, attempt: 1, temporalAttempt: 1, nextAt }));
  const retrying = { status: "RETRYING", attempt: 1, error, nextAttemptAt: nextAt.toISOString(), finishedAt: null };
  expect(await stepIn(runId)).toMatchObject(retrying);
  await tenant.run((db) => writeCarried(db, { runId, fence, entries: [begun] }));
  expect(await stepIn(runId)).toMatchObject(retrying);

  await claimed(2);
  await tenant.run((db) => noteAttempt(db, { runId, execution: 2, attempt: 2 }));
  expect(await stepIn(runId)).toMatchObject({ status: "RUNNING", attempt: 2, error, nextAttemptAt: null });
  await tenant.run((db) => writeCarried(db, { runId, fence, entries: [begun] }));
  expect(await stepIn(runId)).toMatchObject({ status: "RUNNING", attempt: 2, error });

  await tenant.run((db) =>
    writeCarried(db, {
      runId,
      fence,
      entries: [{ ...begun, seq: 3, status: "SUCCEEDED", data: { output: 1, attempt: 2 } }],
    }),
  );
  expect(await stepIn(runId)).toMatchObject({
    status: "SUCCEEDED",
    attempt: 2,
    error: null,
    output: 1,
    finishedAt: at,
  });
  await tenant.run((db) => noteAttempt(db, { runId, execution: 2, attempt: 9 }));
  expect(await stepIn(runId)).toMatchObject({ status: "SUCCEEDED", attempt: 2 });
});

test("what comes after its time limit is kept as evidence and changes no outcome", async () => {
  const { claimed, key, runId } = await call();
  await claimed(1);
  await fail(key, 1);
  await tenant.run((db) => invocationLate(db, { key, at, result: { outcome: "succeeded" } }));
  expect(await invocationsIn(runId)).toMatchObject([
    { status: "FAILED", error, late: { at, result: { outcome: "succeeded" } } },
  ]);
});

test("effect-free calls take no claim; their tries are counted from their rows", async () => {
  const runId = await acceptedRun(tenant);
  const key = newId();
  const row = {
    key,
    runId,
    commandId: "c1",
    place: { stepId: "s", stepPath: "root.steps[0]", iteration: [1], execution: 2 },
    action: "time.now@1",
    input: {},
    provisional: false,
    startedAt: at,
  } as const;
  expect(await tenant.run((db) => noneAttempts(db, key))).toBeUndefined();
  await tenant.run((db) => recordNone(db, { ...row, status: "STARTED", attempts: 0 }));
  expect(await tenant.run((db) => noneAttempts(db, key))).toEqual({
    reportedAttempts: 0,
    lastReportedTemporalAttempt: 0,
  });
  await tenant.run((db) =>
    recordNone(db, { ...row, status: "FAILED", error, attempts: 1, temporalAttempt: 3, finishedAt: at }),
  );
  expect(await tenant.run((db) => noneAttempts(db, key))).toEqual({
    reportedAttempts: 1,
    lastReportedTemporalAttempt: 3,
  });
  await tenant.run((db) =>
    recordNone(db, { ...row, status: "SUCCEEDED", output: "now", attempts: 2, temporalAttempt: 4, finishedAt: at }),
  );
  expect(await invocationsIn(runId)).toMatchObject([
    { status: "SUCCEEDED", output: "now", error: null, attempts: 2, effect: "none", iteration: [1] },
  ]);
});

async function invocationsIn(runId: string): Promise<unknown[]> {
  return (await tenant.run((db) => invocationsOf(db, runId, {}))).items;
}

async function stepIn(runId: string): Promise<StepRow | undefined> {
  return (await tenant.run((db) => stepsOf(db, runId, {}))).items[0];
}
