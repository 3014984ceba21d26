import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { causeNames } from "./cause.ts";
import { explainRun } from "./explain-run.ts";
import type { RunFacts, WaitFact } from "./facts.ts";
import { momentText } from "./text.ts";

const now = "2026-11-24T09:00:00.000Z";
const run: RunFacts["run"] = {
  id: "01a21672-4b9c-7741-9758-a6155c90a633",
  workflow: "orders",
  status: "RUNNING",
  createdAt: "2026-11-24T08:00:00.000Z",
  journalSeq: 4,
  stepCount: 1,
};
const none: RunFacts = { now, run, steps: [], waits: [], unknownOutcomes: [] };
const eventWait: WaitFact = {
  waitId: "c1",
  stepId: "reply",
  stepPath: "root.steps[0]",
  iteration: [],
  execution: 3,
  waitType: "event",
  openedAt: "2026-11-24T08:30:00.000Z",
  timeoutAt: "2026-11-26T17:00:00.000Z",
  plan: "2 business days",
  event: {
    name: "customer.replied",
    key: "T-1182",
    filters: [],
    reachesFrom: "2026-11-24T07:59:00.000Z",
    nearMisses: [],
    keyless: { count: 0, eventIds: [] },
    pathsTried: ["correlationKey"],
    failingDeliveries: [],
  },
};

test("a wait for an event says for what, with which key, until when, and how that was computed", () => {
  const { cause, sentence, next, also } = explainRun({ ...none, waits: [eventWait] });
  expect([cause, sentence, next, also]).toEqual([
    "waiting-event",
    'It waits for customer.replied with key "T-1182" until Thu 26 Nov 17:00 UTC (2 business days).',
    "2026-11-26T17:00:00.000Z",
    [],
  ]);
});

test("a start that an operator holds is held, and not merely late", () => {
  const held: RunFacts = {
    ...none,
    run: { ...run, status: "QUEUED" },
    start: { attempts: 0, dueAt: now },
    workflowPaused: { at: "2026-11-24T08:50:00.000Z", by: "ada", note: "the shop moves" },
  };
  const { cause, sentence, also } = explainRun(held);
  expect([cause, sentence, also]).toEqual([
    "workflow-paused",
    'Starts of "orders" are held since Tue 24 Nov 08:50:00 UTC by ada: the shop moves.',
    [],
  ]);
  const { workflowPaused: _, ...owed } = held;
  expect(explainRun(owed).cause).toBe("start-not-relayed");
});

test("a start that a limit holds names the limit and the oldest runs", () => {
  const { cause, sentence, evidence } = explainRun({
    ...none,
    run: { ...run, status: "QUEUED" },
    start: { attempts: 0, dueAt: now },
    limit: {
      of: "workflow",
      limit: 2,
      running: 2,
      oldest: [{ id: "r-1", workflow: "orders", startedAt: "2026-11-23T08:00:00.000Z" }],
    },
  });
  expect([cause, sentence]).toEqual([
    "concurrency-limited",
    '2 of 2 runs of the workflow "orders" are under way; it starts when one ends.',
  ]);
  expect(evidence).toMatchObject([
    { kind: "limit", data: { of: "workflow", limit: 2, running: 2 } },
    { kind: "oldest-run", data: { runId: "r-1" } },
  ]);
});

test("a start that the limit by the minute holds says when there is room", () => {
  const { cause, sentence, next } = explainRun({
    ...none,
    run: { ...run, status: "QUEUED" },
    startLimit: { of: "startsPerMinute", limit: 10, used: 10, roomAt: "2026-11-24T09:00:41.000Z" },
  });
  expect([cause, next]).toEqual(["over-limit", "2026-11-24T09:00:41.000Z"]);
  expect(sentence).toMatch(
    /^10 of 10 starts of the minute were used; it starts when there is room again, from .*09:00:41/,
  );
});

test("an action that is due and that nobody takes has no worker, unless a worker answers", () => {
  const queue = { pollers: [], backlog: 3, backlogAgeMs: 9_000, dispatchRate: 0 };
  const facts: RunFacts = {
    ...none,
    steps: [
      {
        stepId: "ask",
        stepPath: "root.steps[0]",
        iteration: [],
        execution: 3,
        type: "action.call",
        status: "RUNNING",
        attempt: 1,
        startedAt: now,
      },
    ],
    execution: {
      status: "RUNNING",
      historyLength: 7,
      historyBytes: 900,
      activities: [
        { number: 1, name: "performAction", isStarted: false, attempt: 1, dueAt: "2026-11-24T08:59:50.000Z" },
      ],
    },
    queues: { name: "workflow-runtime-v2", workflow: queue, activity: queue },
  };
  expect(explainRun(facts)).toMatchObject({
    cause: "no-worker",
    sentence:
      "No worker has asked for work on workflow-runtime-v2 for 5 minutes at least, and an action is due since Tue 24 Nov 08:59:50 UTC.",
    also: [],
  });
  expect(explainRun({ ...facts, answeredInMs: 12 })).toMatchObject({
    cause: "backlog",
    sentence: "The workers of workflow-runtime-v2 are busy: 2 tasks are ahead of it, and the oldest waits 10 s.",
  });
});

test("with nothing known the answer is unknown, and an ended run is kept by nothing", () => {
  expect(explainRun(none).cause).toBe("unknown");
  expect(explainRun({ ...none, run: { ...run, status: "SUCCEEDED", completedAt: now } }).cause).toBe("ended");
});

test("moments are told in UTC, with the weekday, and with the year when it is another", () => {
  expect(momentText("2027-02-28T23:59:59.000Z", now)).toBe("Sun 28 Feb 2027 23:59 UTC");
  expect(momentText("1969-12-31T12:00:00.000Z", now)).toBe("Wed 31 Dec 1969 12:00 UTC");
});

test("the documentation names every cause, in its order", () => {
  const docs = readFileSync(fileURLToPath(new URL("../../../../../docs/causes.md", import.meta.url)), "utf8");
  const named = [...docs.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual([...causeNames]);
});
