import type { JournalEntry } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerExecution } from "./executions.ts";
import { newId } from "./ids.ts";
import { writeProvisional } from "./journal.ts";
import { endedOutside } from "./run-ends.ts";
import { claimTask, getTask, releaseTask } from "./tasks.ts";
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

const place = { stepId: "ask", stepPath: "root.steps[0]", iteration: [], execution: 1 };
const at = (seq: number): string => new Date(Date.UTC(2031, 0, 1) + seq * 1_000).toISOString();

/** A run with an open task, and how it goes on journalling. */
async function asked() {
  const runId = await acceptedRun(tenant);
  const id = newId();
  const wait = { kind: "wait", waitId: "c1", waitType: "human", ...place } as const;
  const write = (...entries: JournalEntry[]) =>
    tenant.run((db) => {
      const last = entries.at(-1)?.seq ?? 0;
      return writeProvisional(db, {
        runId,
        fence: { epoch: 1, ordinal: 1, historyLength: last },
        nextSeq: last + 1,
        entries,
      });
    });
  await tenant.run((db) => registerExecution(db, { runId, temporalRunId: "t", ordinal: 1 }, async () => true));
  const data = { key: id, title: "Fine?", asks: { assignTo: { users: ["ada"] } }, form: { schema: {} } };
  await write({ seq: 1, at: at(1), status: "WAITING", ...wait, data });
  return { id, runId, wait, write, read: () => tenant.run((db) => getTask(db, id)) };
}

test("who has claimed a task stays while its run goes on journalling about it, and is not asked once it is closed", async () => {
  const { id, wait, write, read } = await asked();
  expect(await tenant.run((db) => claimTask(db, { id, by: "ada" }))).toBe(true);
  expect(await tenant.run((db) => claimTask(db, { id, by: "bob" }))).toBe(false);
  await write({ seq: 2, at: at(2), kind: "reminder", waitId: "c1", ...place, data: { taskId: id, number: 1, max: 2 } });
  expect(await read()).toMatchObject({ status: "CLAIMED", claimedBy: "ada", remindersSent: 1, version: 2 });
  expect(await tenant.run((db) => releaseTask(db, { id, from: "bob" }))).toBe(false);
  const data = { resolvedBy: "answer", by: "ada", eventId: "s-1", payload: 7 } as const;
  await write({ seq: 3, at: at(3), status: "RESOLVED", ...wait, data });
  expect(await read()).toMatchObject({ status: "COMPLETED", answer: 7, answeredBy: "ada", closedAt: at(3) });
  for (const done of [
    tenant.run((db) => claimTask(db, { id, by: "ada" })),
    tenant.run((db) => releaseTask(db, { id })),
  ])
    expect(await done).toBe(false);
});

test("an answer that did not fit cancels the task, a timeout expires it, and so does an end outside cancel it", async () => {
  const refused = await asked();
  const data = { resolvedBy: "answer", by: "ada", eventId: "s-1", invalid: true } as const;
  await refused.write({ seq: 2, at: at(2), status: "RESOLVED", ...refused.wait, data });
  expect(await refused.read()).toMatchObject({ status: "CANCELED", answer: null, answeredBy: null });
  const late = await asked();
  await late.write({ seq: 2, at: at(2), status: "RESOLVED", ...late.wait, data: { resolvedBy: "timeout" } });
  expect(await late.read()).toMatchObject({ status: "EXPIRED", closedAt: at(2) });
  const lost = await asked();
  await tenant.run((db) => claimTask(db, { id: lost.id, by: "ada" }));
  await tenant.run((db) =>
    endedOutside(db, lost.runId, { status: "FAILED", at: at(9), error: { code: "ENDED_OUTSIDE" } }),
  );
  expect(await lost.read()).toMatchObject({ status: "CANCELED", closedAt: at(9) });
});
