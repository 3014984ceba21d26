import { afterAll, beforeAll, expect, test } from "vitest";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { hangs, hold, release } from "../testing/hanging-actions.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let why: AsksWhy;
beforeAll(async () => {
  world = await newWorld({ actions: [hangs] });
  why = asksWhy(world);
  await world.startWorker();
});
afterAll(async () => {
  release();
  await world?.close();
});

test("[WHY-01] waiting-branches: how many are done, and what each of the others waits for", async () => {
  await world.publish({
    workflow: "branching",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "quick", steps: [{ id: "note", type: "transform.assign", assign: { "vars.n": 1 } }] },
          { id: "slow", steps: [{ id: "paid", type: "event.wait", event: "paid", correlationKey: "b-1" }] },
        ],
      },
    ],
  });
  const runId = await world.start("branching");
  await world.waiting(runId);
  const answer = await why.leads(runId, "waiting-branches");
  expect(answer.sentence).toBe('1 of 2 branches of both is done; it waits for slow. It waits for paid with key "b-1".');
  expect(evidenceOf(answer, "join")).toMatchObject([{ stepPath: "root.steps[0]", done: 1, total: 2 }]);
  expect(evidenceOf(answer, "branch")).toMatchObject([{ branch: "slow", cause: "waiting-event" }]);
  // What the branch waits for is told in full, and does not lead.
  expect(answer.also.map(({ cause }) => cause)).toEqual(["waiting-event"]);
  await world.event({ name: "paid", correlationKey: "b-1" });
  await why.goes(runId, "waiting-branches");
});

test("[WHY-01] window-full: which item waits, and what each of the running ones waits for", async () => {
  await world.publish({
    workflow: "windowed",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: ["a", "b", "c"],
        concurrency: 2,
        body: [{ id: "told", type: "event.wait", event: "told", correlationKey: { $expr: "item" } }],
      },
    ],
  });
  const runId = await world.start("windowed");
  await world.waiting(runId);
  const answer = await why.leads(runId, "window-full");
  expect(answer.sentence).toBe("Item 2 of each waits until one of the 2 that are running ends.");
  expect(evidenceOf(answer, "window")).toMatchObject([{ done: 0, total: 3, concurrency: 2, nextItem: 2 }]);
  expect(evidenceOf(answer, "item")).toMatchObject([
    { item: 0, cause: "waiting-event", sentence: 'It waits for told with key "a".' },
    { item: 1, cause: "waiting-event", sentence: 'It waits for told with key "b".' },
  ]);
  expect(answer.also.map(({ cause }) => cause)).toEqual(["waiting-event", "waiting-event"]);
  await world.event({ name: "told", correlationKey: "b" });
  await why.goes(runId, "window-full");
  const rest = await why.leads(runId, "waiting-event");
  expect(rest.sentence).toBe('It waits for told with key "a".');
  expect(rest.also.map(({ sentence }) => sentence)).toEqual(['It waits for told with key "c".']);
  await world.cancel(runId);
});

test("[WHY-01] something wrong in a branch leads, though the branches are waited for", async () => {
  await world.publish({
    workflow: "wrong-branch",
    steps: [
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "one", steps: [{ id: "seen", type: "event.wait", event: "seen", correlationKey: "w-1" }] },
          { id: "two", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] },
        ],
      },
    ],
  });
  const runId = await world.start("wrong-branch");
  await world.waiting(runId);
  await why.leads(runId, "waiting-branches");
  await world.event({ name: "seen" });
  const answer = await why.leads(runId, "event-correlation-missing");
  expect(answer.also.map(({ cause }) => cause)).toEqual(["waiting-branches", "waiting-time"]);
  await world.cancel(runId);
});

test("[WHY-01] compensating: which step is being undone, after what, and what is left", async () => {
  hold();
  await world.publish({
    workflow: "undoing",
    steps: [
      {
        id: "deal",
        type: "control.saga",
        body: [
          {
            id: "book",
            type: "action.call",
            action: "random.uuid@1",
            input: {},
            compensate: [{ id: "unbook", type: "transform.assign", assign: { "vars.unbooked": true } }],
          },
          {
            id: "charge",
            type: "action.call",
            action: "random.uuid@1",
            input: {},
            compensate: [{ id: "refund", type: "action.call", action: "test.hang@1", input: {} }],
          },
          { id: "broken", type: "control.raise", code: "CARD_REFUSED", message: "the card was refused" },
        ],
      },
    ],
  });
  const runId = await world.start("undoing");
  const answer = await why.leads(runId, "compensating");
  expect(answer.sentence).toBe("It is undoing step charge after CARD_REFUSED; 1 step is left to undo.");
  expect(evidenceOf(answer, "progress")).toMatchObject([
    { stepPath: "root.steps[0]", undoes: "root.steps[0].body.steps[1]", after: "CARD_REFUSED", left: 1 },
  ]);
  expect(answer.also.map(({ cause }) => cause)).toEqual(["action-running"]);
  release();
  await why.goes(runId, "compensating");
  await why.leads(runId, "failed");
});

test("[WHY-01] compensating: what a cancelled run does finally", async () => {
  hold();
  await world.publish({
    workflow: "tidying",
    steps: [
      {
        id: "guarded",
        type: "control.tryCatch",
        try: [{ id: "nap", type: "time.wait", durationMs: 600_000 }],
        finally: [{ id: "tidy", type: "action.call", action: "test.hang@1", input: {} }],
      },
    ],
  });
  const runId = await world.start("tidying");
  await world.waiting(runId);
  await world.cancel(runId);
  const answer = await why.leads(runId, "compensating");
  expect(answer.sentence).toBe("It runs what guarded does finally after a cancel.");
  expect(answer.also.map(({ cause }) => cause)).toEqual(["action-running"]);
  release();
  await why.goes(runId, "compensating");
  expect((await world.ended(runId)).status).toBe("CANCELED");
});
