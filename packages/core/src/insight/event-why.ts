import type { Instant } from "../interpreter/transition.ts";
import type { DecisionOutcome } from "./decision.ts";
import { decisionOutcomes } from "./decision.ts";
import type { NotStarted } from "./not-started.ts";
import type { Evidence } from "./why/cause.ts";
import { counted, endsSentence, listed, momentText } from "./why/text.ts";

/** What is known of an event that came in. */
export interface EventFacts {
  readonly now: Instant;
  readonly name: string;
  readonly source: string;
  /** The producer's. */
  readonly id: string;
  readonly acceptedAt: Instant;
  readonly state: "pending" | "processing" | "completed" | "failed" | "dead";
  readonly attempts: number;
  readonly error?: { readonly code?: string; readonly message?: string };
  readonly dueAt?: Instant;
  readonly decisions: readonly NotStarted[];
  readonly deliveries: readonly {
    readonly runId: string;
    readonly state: "pending" | "delivered" | "taken" | "ignored" | "failed";
    readonly reason?: string;
    readonly at: Instant;
  }[];
}

/** One thing that became of an event. */
export interface EventCause {
  readonly cause:
    | DecisionOutcome
    | "not-routed"
    | "routing-failed"
    | "taken"
    | "delivered"
    | "ignored"
    | "delivery-failing"
    | "unknown";
  readonly sentence: string;
  readonly since: Instant | null;
  readonly evidence: readonly Evidence[];
  readonly remedy: string;
}

export interface EventWhy extends EventCause {
  readonly also: readonly EventCause[];
  readonly asOf: Instant;
}

/** What became of an event: first where it is still under way, then what it did, then why it did not. */
export function explainEvent(facts: EventFacts): EventWhy {
  const causes = [...underWay(facts), ...delivered(facts, "taken"), ...decided(facts), ...delivered(facts, "others")];
  const [first = unknown(facts), ...also] = causes;
  return { ...first, also, asOf: facts.now };
}

/** A start comes first; of the others what is wrong before what was meant. */
const order: readonly DecisionOutcome[] = [
  "fired",
  "dead-lettered",
  "tenant-suspended",
  "workflow-paused",
  "over-limit",
  "unauthorised",
  "payload-invalid",
  "filtered",
  "unpublished",
  "no-trigger",
  "correlation-missing",
  "duplicate",
  ...decisionOutcomes,
];

function decided({ decisions }: EventFacts): EventCause[] {
  return [...decisions].sort((a, b) => order.indexOf(a.cause) - order.indexOf(b.cause));
}

function underWay(facts: EventFacts): EventCause[] {
  const { state, now, acceptedAt, attempts, error, dueAt } = facts;
  const what = `Event ${facts.name} (${facts.source} ${facts.id})`;
  const reason = error?.message ?? error?.code ?? "no reason was given";
  const evidence: Evidence[] = [
    {
      kind: "inbox",
      text: `It is ${state}, after ${attempts === 1 ? "1 try" : `${attempts} tries`}${dueAt === undefined ? "" : `, and due at ${momentText(dueAt, now)}`}.`,
      data: { state, attempts, dueAt: dueAt ?? null, error: error === undefined ? null : { ...error } },
    },
  ];
  switch (state) {
    case "pending":
    case "processing":
      return [
        {
          cause: "not-routed",
          sentence: `${what} was accepted at ${momentText(acceptedAt, now)} and ${state === "pending" ? "nobody has looked at it yet" : "a worker is at it"}.`,
          since: acceptedAt,
          evidence,
          remedy: "Wait a moment; if it stays, look whether a worker runs and what its log says.",
        },
      ];
    case "failed":
      return [
        {
          cause: "routing-failed",
          sentence: endsSentence(`${what} could not be handed on and is tried again: ${reason}`),
          since: acceptedAt,
          evidence,
          remedy: "Remove the cause; it is tried again by itself, and only what is not done is done.",
        },
      ];
    case "dead":
      if (facts.decisions.some(({ cause }) => cause === "dead-lettered")) return [];
      return [
        {
          cause: "dead-lettered",
          sentence: endsSentence(`${what} was given up: ${reason}`),
          since: acceptedAt,
          evidence,
          remedy: "Remove the cause, then redeliver it: only what is not done is done.",
        },
      ];
    case "completed":
      return [];
  }
}

function delivered(facts: EventFacts, which: "taken" | "others"): EventCause[] {
  const of = facts.deliveries.filter(({ state }) => (state === "taken") === (which === "taken"));
  const states = [...new Set(of.map(({ state }) => state))];
  return states.map((state) => {
    const these = of.filter((one) => one.state === state);
    const runs = listed(these.map(({ runId }) => runId));
    const runsText = `run${these.length === 1 ? "" : "s"} ${runs}`;
    const since = these[0]?.at ?? null;
    const evidence = these.map(({ runId, reason, at }) => ({
      kind: "delivery",
      text: `Run ${runId}: ${state}${reason === undefined ? "" : `, ${reason}`}.`,
      data: { runId, state, reason: reason ?? null, at },
    }));
    const what = `Event ${facts.name} (${facts.source} ${facts.id})`;
    switch (state) {
      case "taken":
        return {
          cause: "taken",
          sentence: `${what} was taken by ${runsText}.`,
          since,
          evidence,
          remedy: "Nothing: it has done what it was for.",
        };
      case "ignored":
        return {
          cause: "ignored",
          sentence: `${what} was offered to ${runsText}, and ${these.length === 1 ? "it did" : "they did"} not take it${these[0]?.reason === undefined ? "" : `: ${these[0].reason}`}.`,
          since,
          evidence,
          remedy: "Look at the wait's filters and at what the run was doing then: GET /runs/<id>/waits.",
        };
      case "failed":
        return {
          cause: "delivery-failing",
          sentence: endsSentence(
            `${what} could not be handed to ${runsText}: ${these[0]?.reason ?? "no reason was given"}`,
          ),
          since,
          evidence,
          remedy: "Look why Temporal refuses the signal or cannot be reached, then redeliver the event.",
        };
      case "pending":
      case "delivered":
        return {
          cause: "delivered",
          sentence: `${what} is with ${runsText}, which ${these.length === 1 ? "has" : "have"} not said yet what became of it.`,
          since,
          evidence,
          remedy: "Wait; if it stays, ask the run: GET /runs/<id>/why.",
        };
    }
  });
}

function unknown({ name, source, id, acceptedAt, deliveries, decisions }: EventFacts): EventCause {
  return {
    cause: "unknown",
    sentence: `Nothing is recorded of what event ${name} (${source} ${id}) did.`,
    since: acceptedAt,
    evidence: [
      {
        kind: "facts",
        text: `${counted(deliveries.length, "delivery").replace("deliverys", "deliveries")}, ${counted(decisions.length, "decision")}.`,
      },
    ],
    remedy: "It was accepted before such things were recorded, or what it did was deleted since.",
  };
}
