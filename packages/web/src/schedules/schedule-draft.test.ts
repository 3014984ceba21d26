import type { ScheduleReply } from "@mainspring/api";
import { expect, test } from "vitest";
import { draftOf, draftProblems, localFieldText, newDraft, settingsOf, specOfDraft } from "./schedule-draft.ts";

const schedule: ScheduleReply = {
  id: "0197f0aa-0000-7000-8000-000000000001",
  workflow: "nightly",
  name: "Every night",
  kind: "cron",
  spec: { cron: "30 2 * * *", zone: "America/Chicago" },
  payload: { card: "[REDACTED]" },
  overlap: "allow",
  catchUpWindowMs: 3_600_000,
  jitterMs: 30_000,
  businessDays: { calendar: "default" },
  note: "for the books",
  state: "active",
  stateNote: null,
  stateBy: null,
  stateAt: "2031-01-01T00:00:00Z",
  disabledReason: null,
  misfit: null,
  boundVersion: 1,
  temporalScheduleId: "t",
  inSync: true,
  syncError: null,
  lastNominalAt: null,
  lastFiredAt: null,
  lastRunId: null,
  nextAt: null,
  nextFires: [],
  revision: 3,
  createdAt: "2031-01-01T00:00:00Z",
  createdBy: null,
  updatedAt: "2031-01-01T00:00:00Z",
  updatedBy: null,
};

test("[SCX-01] a schedule that is opened and saved untouched is sent as it was, its times and its masked payload not at all", () => {
  const draft = draftOf(schedule, "UTC");
  expect(draftProblems(draft)).toEqual({});
  expect(settingsOf(draft, draft)).toEqual({
    name: "Every night",
    overlap: "allow",
    catchUpWindowMs: 3_600_000,
    jitterMs: 30_000,
    businessDays: { calendar: "default" },
    note: "for the books",
  });
  expect(settingsOf({ ...draft, payload: '{"card": "4711"}' }, draft).payload).toEqual({ card: "4711" });
  expect(settingsOf({ ...draft, zone: "UTC" }, draft).spec).toEqual({ cron: "30 2 * * *", zone: "UTC" });
});

test("each kind of schedule asks for its own fields, and a new one is sent with its payload", () => {
  const draft = newDraft("nightly", "Europe/Berlin");
  expect(Object.keys(draftProblems(draft))).toEqual(["cron"]);
  expect(Object.keys(draftProblems({ ...draft, workflow: "", kind: "once" }))).toEqual(["workflow", "at"]);
  expect(Object.keys(draftProblems({ ...draft, kind: "interval", every: { amount: "x", unit: "days" } }))).toEqual([
    "every",
  ]);
  expect(draftProblems({ ...draft, cron: "* * * * *", payload: "{", jitter: { amount: "", unit: "days" } })).toEqual({
    payload: expect.stringContaining("not JSON"),
    jitter: expect.any(String),
  });
  expect(settingsOf({ ...draft, cron: " 0 8 * * * " })).toEqual({
    spec: { cron: "0 8 * * *", zone: "Europe/Berlin" },
    payload: {},
    overlap: "skip",
    catchUpWindowMs: 600_000,
    jitterMs: 0,
    businessDays: null,
    note: null,
  });
});

test("a spec is known as soon as its own fields say a time", () => {
  const draft = newDraft("nightly", "");
  expect(specOfDraft(draft)).toBeUndefined();
  expect(specOfDraft({ ...draft, cron: "@hourly" })).toEqual({ cron: "@hourly", zone: "UTC" });
  expect(specOfDraft({ ...draft, kind: "interval", offset: { amount: "90", unit: "seconds" } })).toEqual({
    everyMs: 3_600_000,
    offsetMs: 90_000,
  });
  const at = "2031-03-30T08:00:00Z";
  expect(specOfDraft({ ...draft, kind: "once", at: localFieldText(at) })).toEqual({ at });
  expect(specOfDraft({ ...draft, kind: "once", at: localFieldText("2031-03-30T08:00:07Z") })).toEqual({
    at: "2031-03-30T08:00:07Z",
  });
});
