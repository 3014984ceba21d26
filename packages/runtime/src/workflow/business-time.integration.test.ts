import { businessInstant, compileCalendar, type CalendarDefinition } from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import { deleteCalendar, putCalendar } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const put = (name: string, document: CalendarDefinition) =>
  world.store.tenant(world.tenantId, (db) => putCalendar(db, { name, document }));

/** Monday to Friday from nine to five, and no holiday. */
const office: CalendarDefinition = { zone: "Europe/Berlin", week: { "mon-fri": ["09:00-17:00"] } };
const always: CalendarDefinition = { zone: "UTC", week: { "mon-sun": ["00:00-24:00"] } };

function expected(definition: CalendarDefinition, span: { days?: number; hours?: number }, from: string) {
  const calendar = compileCalendar(definition);
  const offset = zoneOffset(definition.zone);
  if ("problem" in calendar || offset === undefined) throw new Error("no such calendar");
  return businessInstant(calendar, span, from, offset);
}

async function timeoutOf(runId: string): Promise<string> {
  return until("the wait has its time", async () => (await world.waits(runId))[0]?.timeoutAt ?? undefined);
}

test("[CAL-01] waits of business time are due by the calendar of that moment, whose version the run records; a later change moves nothing", async () => {
  await put("office", office);
  await world.publish({
    workflow: "chase",
    steps: [
      {
        id: "confirm",
        type: "event.wait",
        event: "chase.confirmed",
        correlationKey: { $expr: "payload.id" },
        timeout: { business: { days: { $expr: "payload.days" }, calendar: "office" } },
        saveAs: "confirmed",
      },
      { id: "pause", type: "time.wait", business: { days: 1, hours: 2, calendar: "office" } },
    ],
  });
  const worker = await world.startWorker({ bounds: { remoteSteps: 1 } });
  const runId = await world.start("chase", { id: "c-1", days: 2 });
  const first = await timeoutOf(runId);
  const opened = (await world.waits(runId))[0]?.openedAt ?? "";
  const near = expected(office, { days: 2 }, opened);
  expect(Math.abs(Date.parse(first) - Date.parse(near ?? ""))).toBeLessThan(5_000);
  const told = (await world.journal(runId)).find(
    (entry) =>
      entry.kind === "input" && entry.data.kind === "resume" && JSON.stringify(entry.data).includes("timerStarted"),
  );
  expect(told).toMatchObject({ data: { event: { kind: "timerStarted", dueAt: first, calendarVersion: 1 } } });
  expect(
    await world.client.workflow.getHandle(`workflow-runtime-v2:run:${runId}`).query("workflowRuntimeV2CurrentWait"),
  ).toMatchObject({ waits: [{ waitType: "event" }, { waitType: "time", timeoutAt: first }] });

  // Another worker, another execution, another calendar: what is open keeps its time.
  expect((await put("office", { ...office, holidays: [first.slice(0, 10)] })).version).toBe(2);
  await worker.stop();
  await world.startWorker({ bounds: { remoteSteps: 1 } });
  await world.event({ name: "chase.confirmed", correlationKey: "c-1", payload: { yes: true } });
  const second = await until("the second wait has its time", async () => {
    const wait = (await world.waits(runId)).find(({ stepId }) => stepId === "pause");
    return wait?.timeoutAt ?? undefined;
  });
  expect((await world.waits(runId))[0]).toMatchObject({ timeoutAt: first, status: "RESOLVED", resolvedBy: "event" });
  const paused = (await world.waits(runId)).find(({ stepId }) => stepId === "pause")?.openedAt ?? "";
  const then = expected({ ...office, holidays: [first.slice(0, 10)] }, { days: 1, hours: 2 }, paused);
  expect(Math.abs(Date.parse(second) - Date.parse(then ?? ""))).toBeLessThan(5_000);
  const versions = (await world.journal(runId)).flatMap((entry) => {
    const event = entry.kind === "input" && entry.data.kind === "resume" ? (entry.data.event as object) : {};
    return "calendarVersion" in event ? [event.calendarVersion] : [];
  });
  expect(versions).toEqual([1, 2]);
  await world.cancel(runId);
  await world.ended(runId);
  await world.expectSound(runId);
});

test("[CAL-01] business time that is over goes on, and what cannot be counted fails its step with a code that can be caught", async () => {
  await put("always", always);
  await put("never", { zone: "UTC", week: {} });
  await put("gone", always);
  const business = { hours: { $expr: "payload.hours" }, calendar: "always" };
  const caught = (id: string, calendar: string) => ({
    id: `try-${id}`,
    type: "control.tryCatch",
    try: [{ id, type: "time.wait", business: { days: 1, calendar } }],
    catch: [{ id: `${id}-caught`, type: "transform.assign", assign: { [`vars.${id}`]: { $expr: "error.code" } } }],
  });
  await world.publish({
    workflow: "counted",
    steps: [
      { id: "nap", type: "time.wait", business },
      caught("gone", "gone"),
      caught("never", "never"),
      {
        id: "done",
        type: "control.return",
        output: {
          skipped: { $expr: "vars.timeWait.skipped" },
          gone: { $expr: "vars.gone" },
          never: { $expr: "vars.never" },
        },
      },
    ],
  });
  await world.store.tenant(world.tenantId, (db) => deleteCalendar(db, "gone"));
  await world.startWorker();
  const runId = await world.start("counted", { hours: 200 / 3_600_000 });
  expect((await world.ended(runId)).output).toEqual({
    skipped: false,
    gone: "CALENDAR_UNKNOWN",
    never: "BUSINESS_TIME_ENDLESS",
  });
  await world.expectSound(runId);
});

test("[CAL-01] a definition that names a calendar the tenant has not is not published", async () => {
  const steps = [{ id: "nap", type: "time.wait", business: { days: 1, calendar: "offise" } }];
  await expect(world.publish({ workflow: "mistaken", steps })).rejects.toThrow(/CALENDAR_UNKNOWN.*office/);
});
