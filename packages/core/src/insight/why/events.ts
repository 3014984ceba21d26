import type { Evidence, FoundCause } from "./cause.ts";
import type { EventWaitFact, NearMissFact, RunFacts, WaitFact } from "./facts.ts";
import {
  counted,
  durationText,
  betweenMs,
  endsSentence,
  listed,
  momentText,
  placeText,
  quoted,
  valueText,
} from "./text.ts";

/** Waits for events: nothing came, what came has no key, or what came cannot be handed over. */
export function eventCauses(facts: RunFacts): FoundCause[] {
  return facts.waits.flatMap((wait) =>
    wait.waitType === "event" && wait.event !== undefined ? [eventCause(facts, wait, wait.event)] : [],
  );
}

function eventCause(facts: RunFacts, wait: WaitFact, event: EventWaitFact): FoundCause {
  if (event.failingDeliveries.length > 0) return deliveryFailing(facts, wait, event);
  if (event.keyless.count > 0) return correlationMissing(facts, wait, event);
  return {
    cause: "waiting-event",
    sentence: waitsFor(facts, wait, event),
    since: wait.openedAt,
    evidence: [expected(facts, wait, event), ...nearMisses(facts, event)],
    remedy: remedyOf(event),
    ...next(wait),
    executions: [wait.execution],
  };
}

/** `It waits for customer.replied with key "T-1182" until Tue 24 Nov 17:00 UTC (2 business days).` */
function waitsFor({ now }: RunFacts, wait: WaitFact, event: EventWaitFact): string {
  return `It waits for ${event.name} with key ${quoted(event.key)}${untilText(now, wait)}.`;
}

export function untilText(now: string, { timeoutAt, plan }: Pick<WaitFact, "timeoutAt" | "plan">): string {
  if (timeoutAt === undefined) return "";
  return ` until ${momentText(timeoutAt, now)}${plan === undefined ? "" : ` (${plan})`}`;
}

function correlationMissing(facts: RunFacts, wait: WaitFact, event: EventWaitFact): FoundCause {
  const { count, lastAt, eventIds } = event.keyless;
  return {
    cause: "event-correlation-missing",
    sentence: `${counted(count, "event")} of the name ${event.name} had no correlation key, so no wait could be found for ${count === 1 ? "it" : "them"}. ${waitsFor(facts, wait, event)}`,
    since: lastAt ?? wait.openedAt,
    evidence: [
      {
        kind: "keyless-events",
        text: `${counted(count, "event")}${lastAt === undefined ? "" : `, the last at ${momentText(lastAt, facts.now)}`}.`,
        data: { count, lastAt: lastAt ?? null, eventIds: [...eventIds] },
      },
      {
        kind: "paths-tried",
        text: `A key was looked for at ${listed(event.pathsTried)}.`,
        data: [...event.pathsTried],
      },
      expected(facts, wait, event),
      ...nearMisses(facts, event),
    ],
    remedy: `Send ${event.name} with "correlationKey": ${quoted(event.key)}, or name the payload's path of it in WORKFLOW_RUNTIME_V2_EVENT_CORRELATION_PATHS_JSON.`,
    ...next(wait),
    executions: [wait.execution],
    isTrouble: true,
  };
}

function deliveryFailing(facts: RunFacts, wait: WaitFact, event: EventWaitFact): FoundCause {
  const [first] = event.failingDeliveries;
  const { attempts = 0, reason = "", nextAt, since = wait.openedAt } = first ?? {};
  return {
    cause: "event-delivery-failing",
    sentence: `${event.name} with key ${quoted(event.key)} has come, and its delivery was tried ${counted(attempts, "time")}: ${endsSentence(reason)}`,
    since,
    evidence: [
      ...event.failingDeliveries.map((delivery) => ({
        kind: "delivery",
        text: `Event ${delivery.eventId}: ${counted(delivery.attempts, "attempt")}, ${delivery.reason}${delivery.nextAt === undefined ? "; it is tried no more" : `; next at ${momentText(delivery.nextAt, facts.now)}`}`,
        data: {
          eventId: delivery.eventId,
          attempts: delivery.attempts,
          reason: delivery.reason,
          nextAt: delivery.nextAt ?? null,
        },
      })),
      expected(facts, wait, event),
    ],
    remedy: "Look why Temporal refuses the signal or cannot be reached; the delivery is tried again by itself.",
    ...(nextAt === undefined ? {} : { next: nextAt }),
    executions: [wait.execution],
    isTrouble: true,
  };
}

function expected({ now }: RunFacts, wait: WaitFact, event: EventWaitFact): Evidence {
  const filters = event.filters.map(({ path, op, value, valuePath }) =>
    [
      path,
      op,
      ...(value === undefined ? [] : [valueText(value)]),
      ...(valuePath === undefined ? [] : [valuePath]),
    ].join(" "),
  );
  return {
    kind: "expected",
    text: `Step ${placeText(wait)} waits for ${event.name} with key ${quoted(event.key)}${filters.length === 0 ? "" : ` where ${listed(filters)}`} since ${momentText(wait.openedAt, now)}; it takes events from ${momentText(event.reachesFrom, now)} on.`,
    data: {
      waitId: wait.waitId,
      stepPath: wait.stepPath,
      iteration: [...wait.iteration],
      event: event.name,
      key: event.key,
      filters: event.filters.map((filter) => ({ ...filter })),
      openedAt: wait.openedAt,
      reachesFrom: event.reachesFrom,
      timeoutAt: wait.timeoutAt ?? null,
    },
  };
}

function nearMisses({ now }: RunFacts, event: EventWaitFact): Evidence[] {
  return event.nearMisses.map((miss) => ({
    kind: "near-miss",
    text: nearMissText(now, miss, event),
    data: {
      eventId: miss.eventId,
      name: miss.name,
      key: miss.key,
      at: miss.at,
      differs: miss.differs,
      ...(miss.filter === undefined
        ? {}
        : {
            filter: {
              path: miss.filter.path,
              op: miss.filter.op,
              ...(miss.filter.value === undefined ? {} : { value: miss.filter.value }),
              ...(miss.filter.found === undefined ? {} : { found: miss.filter.found }),
            },
          }),
      ...(miss.takenBy === undefined ? {} : { takenBy: miss.takenBy }),
    },
  }));
}

function nearMissText(now: string, miss: NearMissFact, event: EventWaitFact): string {
  const came = `${miss.name} with key ${quoted(miss.key)} came ${durationText(betweenMs(miss.at, now))} ago`;
  switch (miss.differs) {
    case "key":
      return `Near miss, another key: ${came}.`;
    case "name":
      return `Near miss, another name: ${came}.`;
    case "filter": {
      const { path = "", op = "", value, found } = miss.filter ?? {};
      return `It matched and was filtered out: ${came}, and ${path} ${op}${value === undefined ? "" : ` ${valueText(value)}`} does not hold (it is ${valueText(found)}).`;
    }
    case "look-back":
      return `It came too early: ${came}, before ${momentText(event.reachesFrom, now)}, from which on this wait looks.`;
    case "taken":
      return `Another run took it: ${came}${miss.takenBy === undefined ? "" : `, run ${miss.takenBy}`}.`;
    default:
      return miss.differs satisfies never;
  }
}

function remedyOf({ name, key, nearMisses }: EventWaitFact): string {
  const [miss] = nearMisses;
  const differs = miss?.differs;
  switch (differs) {
    case "filter":
      return "Send an event for which the filters hold, or change them and restart the run from this step.";
    case "key":
      return `Look whether the sender means the same thing by ${quoted(miss?.key ?? "")}; the run takes ${name} with key ${quoted(key)}.`;
    case "name":
      return `Look whether the sender should have named it ${name}.`;
    case "look-back":
      return "Send it once more, or give the wait a larger lookbackMs.";
    case "taken":
    case undefined:
      return `Wait, or send ${name} with key ${quoted(key)}.`;
    default:
      return differs satisfies never;
  }
}

function next({ timeoutAt }: WaitFact): { next?: string } {
  return timeoutAt === undefined ? {} : { next: timeoutAt };
}
