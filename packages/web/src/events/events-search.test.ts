import { eventStatuses } from "@mainspring/api";
import { decisionOutcomes } from "@mainspring/core";
import { expect, test } from "vitest";
import { lookOf } from "../status/status.ts";
import { becameText } from "./became-text.ts";
import { correlationText } from "./correlation-text.ts";
import { isFilteredList, notStarted, readEventsSearch, toggledEventStatus } from "./events-search.ts";

const event = "01a217ca-4d52-72f1-9d4d-229a575c8fb9";

test("an address is read to what it shows, and what it does not know is left out", () => {
  expect(readEventsSearch({})).toEqual({});
  expect(
    readEventsSearch({ show: "dead", status: ["dead", "no", "pending"], name: " a.b ", source: "", id: "7", event }),
  ).toEqual({ show: "dead", status: ["pending", "dead"], name: "a.b", id: "7", event });
  expect(readEventsSearch({ show: "all", status: "nonsense", outcome: "fired", event: "no-id" })).toEqual({
    outcome: "fired",
  });
  expect(readEventsSearch({ outcome: "toString", name: ["a", "b"] })).toEqual({});
  expect(readEventsSearch({ show: "decisions", workflow: "nightly", schedule: event })).toEqual({
    show: "decisions",
    workflow: "nightly",
    schedule: event,
  });
  expect(readEventsSearch({ workflow: "No Key", schedule: "7" })).toEqual({});
});

test("statuses are turned on and off in their order, and all of them are no filter", () => {
  const one = toggledEventStatus({ name: "a" }, "dead");
  expect(one).toEqual({ name: "a", status: ["dead"] });
  expect(toggledEventStatus(one, "pending").status).toEqual(["pending", "dead"]);
  expect(toggledEventStatus(one, "dead").status).toBeUndefined();
  expect(toggledEventStatus({ status: eventStatuses.slice(1) }, "pending").status).toBeUndefined();
  expect(isFilteredList({ event })).toBe(false);
  for (const filter of [{ source: "a" }, { workflow: "nightly" }, { schedule: event }])
    expect(isFilteredList(filter)).toBe(true);
});

test("every status of an event and every decision has a look of its own, and only a start is green among decisions", () => {
  for (const each of [...eventStatuses, ...decisionOutcomes]) expect(lookOf(each).word, each).not.toBe("");
  const shapes = eventStatuses.map((status) => lookOf(status).shape);
  expect(new Set(shapes).size).toBe(eventStatuses.length);
  expect(decisionOutcomes.filter((each) => lookOf(each).tone === "green")).toEqual(["fired"]);
  expect(notStarted).toHaveLength(decisionOutcomes.length - 1);
});

test.each([
  [null, "none, so no waiting run was looked for"],
  ["explicit", "given with the event"],
  ["payload.correlationKey", "from `payload.correlationKey`"],
  ["path order.paid: order.id", "from `order.id`, configured for order.paid"],
  ["path *: id", "from `id`, configured for all events"],
  ["type order.paid: order.id", "from `order.id`, by the event type order.paid"],
  ["type *: id", "from `id`, by the event type for all events"],
  ["some later way", "some later way"],
])("how a key was found, %s, is told as %s", (how, text) => {
  expect(correlationText(how)).toBe(text);
});

test.each([
  ["pending", 0, 0, ""],
  ["completed", 0, 0, "unmatched"],
  ["completed", 1, 0, "taken by 1 run"],
  ["completed", 2, 1, "taken by 2 runs, started 1 run"],
  ["failed", 0, 3, "started 3 runs"],
  ["dead", 0, 0, ""],
] as const)(
  "of an event that is %s, taken by %i and starting %i, the list says %j",
  (status, runsTaken, runsStarted, text) => {
    expect(becameText({ status, runsTaken, runsStarted })).toBe(text);
  },
);
