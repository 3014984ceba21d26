import { expect, test } from "vitest";
import { WorkflowClock, type Moment } from "./clock.ts";
import { Intake } from "./intake.ts";
import type { Incoming } from "./port.ts";

const second = (s: number): string => `2031-01-01T00:00:0${s}.000Z`;
const moment = (s: number, historyLength: number): Moment => ({
  atMs: Date.parse(second(s)),
  historyLength,
  continueAsNewSuggested: false,
});
const opened: Incoming = { kind: "waitOpened", id: "c1", candidates: [] };
const signalled: Incoming = { kind: "cancelRequested", by: "temporal" };

/** A run that begins a local activity in its first workflow task, and the times at which it is given what comes afterwards. */
async function given(
  happens: (sandbox: { comesBack(): Promise<void>; inTask(now: Moment): void; signal(): void }) => Promise<void>,
): Promise<string[]> {
  let now = moment(1, 3);
  const clock = new WorkflowClock(() => now);
  const intake = new Intake(() => ({ open: [] }) as never, clock);
  const back = Promise.withResolvers<{ readonly $at: string; readonly value: string }>();
  intake.locally(
    () => back.promise,
    () => Promise.reject(new Error("is not called")),
    () => intake.push(opened),
  );
  const fed: string[] = [];
  const feed = (): void => {
    for (let next = intake.next(); next !== undefined; next = intake.next())
      fed.push(`${"kind" in next ? next.kind : "together"} ${clock.now} ${clock.seen.historyLength}`);
  };
  await happens({
    async comesBack() {
      back.resolve({ $at: second(5), value: "" });
      await back.promise;
      await Promise.resolve();
      feed();
    },
    inTask(task) {
      now = task;
    },
    signal() {
      intake.arrive(signalled);
      feed();
    },
  });
  return fed;
}

test("[INT-09] what a local activity brings, and what came meanwhile, has the same times on replay, where it comes back in the task that began it", async () => {
  const live = await given(async (sandbox) => {
    sandbox.inTask(moment(4, 6));
    sandbox.signal();
    sandbox.inTask(moment(6, 9));
    await sandbox.comesBack();
  });
  const replayed = await given(async (sandbox) => {
    sandbox.inTask(moment(2, 3));
    await sandbox.comesBack();
    sandbox.inTask(moment(4, 6));
    sandbox.signal();
  });
  expect(live).toEqual([`waitOpened ${second(5)} 3`, `cancelRequested ${second(5)} 6`]);
  expect(replayed).toEqual(live);
});

test("a local activity of an earlier build, which tells no time, has that of its activation", () => {
  let now = moment(1, 3);
  const clock = new WorkflowClock(() => now);
  now = moment(2, 6);
  expect(clock.valueOf({ overQuota: true })).toEqual({ overQuota: true });
  expect([clock.now, clock.seen.historyLength]).toEqual([second(2), 6]);
});

test("the clock never goes back", () => {
  const clock = new WorkflowClock(() => moment(3, 3));
  clock.passed(second(2));
  clock.came(moment(1, 6));
  expect([clock.now, clock.seen.historyLength]).toEqual([second(3), 6]);
});
