import { expect, test } from "vitest";
import type { Json } from "../values/json.ts";
import type { DecisionOutcome } from "./decision.ts";
import { decisionOutcomes } from "./decision.ts";
import { explainEvent } from "./event-why.ts";
import type { EventFacts } from "./event-why.ts";
import type { DecisionFacts } from "./not-started.ts";
import { explainDecision } from "./not-started.ts";

const now = "2031-03-04T12:30:00.000Z";
const decidedAt = "2031-03-04T12:00:00.500Z";
const event = { name: "order.placed", source: "shop", id: "o-17", acceptedAt: "2031-03-04T12:00:00.000Z" };
const triggered = { event, workflow: "billing", version: 3, triggerId: "placed" };
const scheduled = { scheduleId: "s", nominalAt: "2031-03-04T09:00:00.000Z", workflow: "report", version: 2 };

const sentences: {
  readonly [outcome in DecisionOutcome]: readonly [Omit<DecisionFacts, "outcome" | "decidedAt">, string];
} = {
  fired: [
    { ...triggered, runId: "r-1" },
    "Event order.placed (shop o-17) started run r-1 of billing v3 by trigger placed.",
  ],
  "no-trigger": [
    { event, values: { name: "order.placed", correlationKey: "o-17" } },
    'Event order.placed (shop o-17) started nothing: no published workflow listens to order.placed, and no run waited for it with key "o-17" when it came.',
  ],
  filtered: [
    { ...triggered, values: { condition: false, read: { "event.payload.total": 7, "event.payload.vip": null } } },
    "Event order.placed (shop o-17) started no run of billing v3 by trigger placed: its condition was false, with event.payload.total = 7 and event.payload.vip = null.",
  ],
  "payload-invalid": [
    {
      ...triggered,
      values: {
        issues: [
          { code: "SCHEMA_TYPE", pointer: "/payload/orderId", message: "must be a string" },
          { code: "SCHEMA_REQUIRED", pointer: "/payload", message: "must have total" },
        ],
      },
    },
    "Event order.placed (shop o-17) started no run of billing v3 by trigger placed: the payload does not fit its schema at /payload/orderId: must be a string (and 1 other place).",
  ],
  duplicate: [
    { event, values: { source: "shop", id: "o-17", acceptedAt: event.acceptedAt } },
    'An event came again and started nothing anew: the same id "o-17" of source shop was accepted at Tue 4 Mar 12:00:00 UTC.',
  ],
  "correlation-missing": [
    { event, values: { tried: ["the event's own key", "path *: id"] } },
    "Event order.placed (shop o-17) has no correlation key, so no waiting run was looked up: nothing was found in the event's own key and path *: id.",
  ],
  "workflow-paused": [
    { ...triggered, values: { by: "ann", note: "stocktaking" } },
    "Event order.placed (shop o-17) started no run of billing v3 by trigger placed: the workflow was paused by ann: stocktaking.",
  ],
  unpublished: [
    triggered,
    "Event order.placed (shop o-17) started no run of billing v3 by trigger placed: no version of the workflow was published.",
  ],
  "schedule-paused": [
    { ...scheduled, values: { note: "holidays" } },
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: the schedule was paused: holidays.",
  ],
  "schedule-disabled": [
    { ...scheduled, values: { reason: "its payload lacks to." } },
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: the schedule was disabled: its payload lacks to.",
  ],
  "repeated-hour": [
    scheduled,
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: the clocks were set back, and this hour had its run at its first occurrence.",
  ],
  "overlap-skipped": [
    { ...scheduled, values: { runId: "r-9" } },
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: run r-9 was still under way.",
  ],
  "outside-business-days": [
    { ...scheduled, values: { calendar: "default", localDate: "2031-03-02" } },
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: 2031-03-02 is no business day of calendar default.",
  ],
  "missed-catchup": [
    scheduled,
    "The fire of Tue 4 Mar 09:00 UTC started no run of report v2: nobody was there at the time, and the catch-up window had passed.",
  ],
  "over-limit": [
    { workflow: "billing", values: { limit: "startsPerMinute", used: 60, max: 60 } },
    "A request started no run of billing: it was over the limit startsPerMinute (60 of 60).",
  ],
  "tenant-suspended": [
    triggered,
    "Event order.placed (shop o-17) started nothing of billing v3 by trigger placed: the tenant was suspended.",
  ],
  unauthorised: [
    { workflow: "billing", values: { role: "viewer", needed: "operator" } },
    "A request for workflow billing was refused: its key has the role viewer, and operator is needed.",
  ],
  "dead-lettered": [
    { event, values: { attempts: 10, error: { code: "ROUTING_FAILED", message: "the disk is full" } } },
    "Event order.placed (shop o-17) was given up after 10 tries: the disk is full.",
  ],
};

test.each(decisionOutcomes)(
  "[WHY-02] %s: a decision is told in a sentence with its values, evidence and what to do",
  (outcome) => {
    const [about, sentence] = sentences[outcome];
    const told = explainDecision({ outcome, decidedAt, ...about }, now);
    expect(told.sentence).toBe(sentence);
    expect(told).toMatchObject({ cause: outcome, since: decidedAt, remedy: expect.stringMatching(/^[A-Z].*\.$/) });
    if (about.event !== undefined) expect(told.evidence[0]).toMatchObject({ kind: "event", data: event });
    // Whatever was written down is among the evidence.
    const shown = JSON.stringify(told.evidence);
    for (const leaf of leaves(about.values ?? {})) expect(shown).toContain(JSON.stringify(leaf).replaceAll('"', ""));
  },
);

test("a run that was made and held is told with what held it", () => {
  const told = explainDecision(
    { outcome: "fired", decidedAt, ...triggered, runId: "r-1", values: { held: "concurrency-limited" } },
    now,
  );
  expect(told.sentence).toBe(
    "Event order.placed (shop o-17) made run r-1 of billing v3 by trigger placed, which was held then: concurrency-limited.",
  );
});

test("a condition or a mapping that fails is told with its code", () => {
  const failed = (outcome: "filtered" | "payload-invalid", code: string) =>
    explainDecision({ outcome, decidedAt, ...triggered, values: { error: { code, message: "why" } } }, now).sentence;
  expect(failed("filtered", "CONDITION_NOT_BOOLEAN")).toContain("its condition failed with CONDITION_NOT_BOOLEAN");
  expect(failed("payload-invalid", "EXPR_TYPE")).toContain("mapping its payload failed with EXPR_TYPE");
});

test("values of any shape are told without an exception", () => {
  for (const outcome of decisionOutcomes)
    for (const values of [null, 1, "text", [], [1], { issues: 1, read: [], error: "x", tried: [1], used: "a" }])
      expect(explainDecision({ outcome, decidedAt, values }, now).sentence).toMatch(/\.$/);
});

function leaves(value: Json): Json[] {
  if (typeof value !== "object" || value === null) return [value];
  return Object.values(value).flatMap((member) => leaves(member as Json));
}

const facts = (more: Partial<EventFacts>): EventFacts => ({
  now,
  name: "order.placed",
  source: "shop",
  id: "o-17",
  acceptedAt: event.acceptedAt,
  state: "completed",
  attempts: 1,
  decisions: [],
  deliveries: [],
  ...more,
});
const decision = (outcome: DecisionOutcome) => explainDecision({ outcome, decidedAt, ...sentences[outcome][0] }, now);
const causes = (more: Partial<EventFacts>): string[] => {
  const why = explainEvent(facts(more));
  return [why.cause, ...why.also.map(({ cause }) => cause)];
};

test("of an event what is under way is told first, then what it did, then why it did no more", () => {
  expect(causes({ state: "pending" })).toEqual(["not-routed"]);
  expect(causes({ state: "failed", error: { message: "no disk" } })).toEqual(["routing-failed"]);
  expect(causes({ state: "dead" })).toEqual(["dead-lettered"]);
  expect(causes({ state: "dead", decisions: [decision("dead-lettered")] })).toEqual(["dead-lettered"]);
  expect(causes({ decisions: [decision("correlation-missing"), decision("filtered"), decision("fired")] })).toEqual([
    "fired",
    "filtered",
    "correlation-missing",
  ]);
  const at = now;
  expect(
    causes({
      decisions: [decision("no-trigger")],
      deliveries: [
        { runId: "a", state: "ignored", reason: "filtered", at },
        { runId: "b", state: "taken", at },
        { runId: "c", state: "failed", at },
        { runId: "d", state: "pending", at },
      ],
    }),
  ).toEqual(["taken", "no-trigger", "ignored", "delivery-failing", "delivered"]);
  expect(causes({})).toEqual(["unknown"]);
});
