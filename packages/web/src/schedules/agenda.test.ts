import { expect, test } from "vitest";
import { agendaOf } from "./agenda.ts";

const now = Date.parse("2031-03-29T20:00:00Z");

test("[SCX-01] the next days say what fires when on local clocks, across a change of the clocks", () => {
  const agenda = agendaOf(
    [
      { scheduleId: "night", at: ["2031-03-29T23:30:00Z", "2031-03-30T22:30:00Z"] },
      { scheduleId: "noon", at: ["2031-03-30T10:00:00Z"] },
      { scheduleId: "later", at: ["2032-01-01T00:00:00Z"] },
    ],
    now,
    "Europe/Berlin",
  );
  expect(agenda.often).toEqual([]);
  expect(agenda.days.map(({ date }) => date)).toEqual([
    "2031-03-29",
    "2031-03-30",
    "2031-03-31",
    "2031-04-01",
    "2031-04-02",
    "2031-04-03",
    "2031-04-04",
  ]);
  const told = agenda.days.map(({ fires }) => fires.map(({ scheduleId, time }) => `${scheduleId} ${time}`));
  expect(told.slice(0, 3)).toEqual([[], ["night 00:30", "noon 12:00"], ["night 00:30"]]);
});

test("what fires very often is named once", () => {
  const each = (count: number) =>
    Array.from({ length: count }, (_, hour) => new Date(now + (hour + 1) * 3_600_000).toISOString());
  const agenda = agendaOf(
    [
      { scheduleId: "hourly", at: each(20) },
      { scheduleId: "some", at: each(3) },
    ],
    now,
    "UTC",
  );
  expect(agenda.often).toEqual(["hourly"]);
  expect(agenda.days.flatMap(({ fires }) => fires.map(({ scheduleId }) => scheduleId))).toEqual([
    "some",
    "some",
    "some",
  ]);
});
