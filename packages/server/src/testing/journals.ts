import { taskCompletedEvent } from "@mainspring/core";
import type { JournalEntry, StepPlace } from "@mainspring/core";
import { newId, writeProvisional } from "@mainspring/store";
import type { Store } from "@mainspring/store";

const place: StepPlace = { stepId: "pay", stepPath: "root.steps[0]", iteration: [], execution: 2 };
const at = (seq: number): string => new Date(Date.UTC(2031, 0, 1) + seq * 1_000).toISOString();

/** What a run of one step with one wait journals, from its beginning to its end. */
export const journalOfSmallRun: readonly JournalEntry[] = [
  { seq: 1, at: at(1), kind: "run", status: "RUNNING" },
  { seq: 2, at: at(2), kind: "step", status: "RUNNING", ...place, data: { type: "event.wait" } },
  {
    seq: 3,
    at: at(3),
    kind: "wait",
    waitId: "c1",
    waitType: "event",
    status: "WAITING",
    ...place,
    data: { event: "order.paid", key: "o-1" },
  },
  { seq: 4, at: at(4), kind: "run", status: "WAITING" },
  {
    seq: 5,
    at: at(5),
    kind: "wait",
    waitId: "c1",
    waitType: "event",
    status: "RESOLVED",
    ...place,
    data: { event: "order.paid", key: "o-1", resolvedBy: "event" },
  },
  {
    seq: 6,
    at: at(6),
    kind: "step",
    status: "SUCCEEDED",
    ...place,
    data: { type: "event.wait", output: { paid: true } },
  },
  { seq: 7, at: at(7), kind: "run", status: "SUCCEEDED", data: { output: { receipt: 7 }, steps: 1 } },
];

/** Writes entries of the small run as the shell would, those before them included in the count. */
export async function writeJournal(
  store: Store,
  run: { readonly tenantId: string; readonly runId: string },
  seqs: readonly number[],
): Promise<void> {
  const entries = journalOfSmallRun.filter((entry) => seqs.includes(entry.seq));
  const last = Math.max(...seqs);
  const written = await store.tenant(run.tenantId, (db) =>
    writeProvisional(db, {
      runId: run.runId,
      fence: { epoch: 1, ordinal: 1, historyLength: last },
      nextSeq: last + 1,
      entries,
    }),
  );
  if (written !== "written") throw new Error(`the entries were ${written}`);
}

/** Writes a task of a run that has journalled nothing yet, as its run would. @returns its id */
export async function writeOpenTask(
  store: Store,
  run: { readonly tenantId: string; readonly runId: string },
  data: NonNullable<Extract<JournalEntry, { kind: "wait" }>["data"]>,
): Promise<string> {
  const key = newId();
  const entry = { kind: "wait", waitId: "c1", waitType: "human", status: "WAITING", ...place } as const;
  await store.tenant(run.tenantId, (db) =>
    writeProvisional(db, {
      runId: run.runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 1 },
      nextSeq: 2,
      entries: [{ seq: 1, at: at(1), ...entry, data: { event: taskCompletedEvent, key, ...data } }],
    }),
  );
  return key;
}
