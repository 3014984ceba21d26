import { asOwner } from "@mainspring/store/testing";
import { workflowIdOf } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { whyRun } from "./why-run.ts";

let world: World;
let why: AsksWhy;
beforeAll(async () => {
  world = await newWorld();
  why = asksWhy(world);
  await world.startWorker();
  await world.publish({ workflow: "nap", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
});
afterAll(() => world?.close());

test("[WHY-01] failed: in which step, with which code, and what to do", async () => {
  await world.publish({
    workflow: "failing",
    steps: [
      {
        id: "charge",
        type: "control.raise",
        code: { $expr: "payload.code" },
        message: "the card was refused",
      },
    ],
  });
  const runId = await world.start("failing", { code: "PAYMENT_DECLINED" });
  const answer = await why.leads(runId, "failed");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toBe("It failed in charge with PAYMENT_DECLINED: the card was refused.");
  expect(evidenceOf(answer, "error")).toMatchObject([
    { category: "BusinessError", code: "PAYMENT_DECLINED", stepId: "charge", nodePath: "root.steps[0]" },
  ]);
  expect(answer.remedy).not.toBe("");
});

test("[WHY-01] ended-outside: how, by whom, and the reason, at once and once the row says so", async () => {
  const runId = await world.start("nap");
  await world.waiting(runId);
  await world.client.workflow.getHandle(workflowIdOf(runId)).terminate("by hand");
  const answer = await why.leads(runId, "ended-outside");
  expect(answer.sentence).toMatch(/^Its execution ended in Temporal at .* UTC: TERMINATED by .+, by hand\.$/);
  expect(evidenceOf(answer, "execution")).toMatchObject([{ how: "TERMINATED", reason: "by hand" }]);
  await world.ended(runId);
  const recorded = await why.leads(runId, "ended-outside");
  expect(recorded.also).toEqual([]);
  expect(evidenceOf(recorded, "execution")).toMatchObject([{ how: "TERMINATED", reason: "by hand" }]);
  expect((evidenceOf(recorded, "execution")[0] as { by: string }).by).not.toBe("");
  const again = await world.replay(runId);
  await why.leads(again, "waiting-time");
  await world.cancel(again);
});

test("[WHY-01] projection-behind: by how many entries, and why they are not written", async () => {
  await world.publish({
    workflow: "unwritten",
    steps: [
      { id: "first", type: "event.wait", event: "first", correlationKey: "u-1" },
      { id: "second", type: "event.wait", event: "second", correlationKey: "u-2" },
    ],
  });
  const runId = await world.start("unwritten");
  await world.waiting(runId);
  await asOwner(
    world.database,
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the disk of the database is full'; end $$`,
  );
  await asOwner(
    world.database,
    `create trigger refuse before insert or update on workflow_run_journal for each row execute function refuse()`,
  );
  await world.event({ name: "first", correlationKey: "u-1" });
  // The local writes use up their tries first: that is when the run's own history knows of it.
  await until("the writes go as an activity of their own", async () => {
    const { pendingActivities = [] } = (await world.client.workflow.getHandle(workflowIdOf(runId)).describe()).raw;
    return (pendingActivities ?? []).some(({ lastFailure }) => lastFailure) ? true : undefined;
  });
  // How many they are the run itself is asked, and a busy worker may not answer at once.
  const answer = await until("it is known how far the rows lag", async () => {
    const known = await why.leads(runId, "projection-behind");
    return /^Its rows lag by \d+ entries: /.test(known.sentence) ? known : undefined;
  });
  expect(evidenceOf(answer, "flush")).toHaveLength(1);
  expect((evidenceOf(answer, "flush")[0] as { error: string }).error).toContain("the disk of the database is full");
  await asOwner(world.database, `drop trigger refuse on workflow_run_journal`);
  await world.event({ name: "second", correlationKey: "u-2" });
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  await why.goes(runId, "projection-behind");
  await world.expectSound(runId);
});

test("[WHY-01] a run that nothing keeps has the raw facts, and no guess", async () => {
  const runId = await world.start("nap");
  await world.waiting(runId);
  // Its rows say nothing, as of a run that is between two writes.
  await asOwner(world.database, "delete from workflow_run_waits where run_id = $1", [runId]);
  await asOwner(world.database, "delete from workflow_run_steps where run_id = $1", [runId]);
  const answer = await why.leads(runId, "unknown");
  expect(evidenceOf(answer, "execution")).toMatchObject([{ status: "RUNNING" }]);
  expect(evidenceOf(answer, "open")).toMatchObject([{ steps: [], waits: [] }]);
  await world.cancel(runId);
});

test("a run that is not there has no why", async () => {
  await expect(
    whyRun(
      { store: world.store, client: world.client, correlationPaths: {} },
      { tenantId: world.tenantId, runId: "01a21672-4b9c-7741-9758-a6155c90a633" },
    ),
  ).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
});
