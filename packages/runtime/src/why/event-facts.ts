import { editDistance, filterHolds, filterValue } from "@mainspring/core";
import type { EventWaitFact, InboundEvent, Json, NearMissFact, WaitFilter } from "@mainspring/core";
import { nearEventsOf, type NearEvent, type TenantDb } from "@mainspring/store";
import type { CorrelationPaths } from "../ingestion/correlation.ts";

const limits = { exact: 20, keys: 200, names: 3 };
const shownOfEach = 3;

/** What came of events for a wait, and was not the one that it waits for. The nearest first. */
export async function eventFacts(
  db: TenantDb,
  wait: {
    readonly runId: string;
    readonly name: string;
    readonly key: string;
    readonly filters: readonly WaitFilter[];
    readonly reachesFrom: string;
  },
  paths: CorrelationPaths,
): Promise<Pick<EventWaitFact, "nearMisses" | "keyless" | "pathsTried">> {
  const near = await nearEventsOf(db, wait, limits);
  const likest = [...near.otherKey]
    .map((event) => ({ event, distance: editDistance(event.key, wait.key) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, shownOfEach)
    .map(({ event }) => event);
  return {
    nearMisses: [
      ...near.exact.flatMap((event) => exactMiss(event, wait.filters)).slice(0, shownOfEach),
      ...likest.map((event) => missOf(event, "key")),
      ...near.otherName.map((event) => missOf(event, "name")),
    ],
    keyless: {
      count: near.keyless.count,
      eventIds: near.keyless.eventIds,
      ...(near.keyless.lastAt === null ? {} : { lastAt: near.keyless.lastAt }),
    },
    pathsTried: pathsTried(wait.name, paths),
  };
}

/** Of the wait's name and key, and yet not taken. One that the run is about to take is no miss. */
function exactMiss(event: NearEvent, filters: readonly WaitFilter[]): NearMissFact[] {
  if (!event.isInReach) return [missOf(event, "look-back")];
  const inbound: InboundEvent = {
    id: event.id,
    name: event.name,
    source: event.source,
    payload: event.payload as Json,
    correlationKey: event.key,
    receivedAt: event.acceptedAt,
    inbox: true,
  };
  const failing = filters.find((filter) => !filterHolds(filter, inbound));
  if (failing !== undefined) {
    const found = filterValue(failing.path, inbound);
    const value = failing.valuePath === undefined ? failing.value : filterValue(failing.valuePath, inbound);
    return [
      {
        ...missOf(event, "filter"),
        filter: {
          path: failing.path,
          op: failing.op,
          ...(value === undefined ? {} : { value }),
          ...(found === undefined ? {} : { found }),
        },
      },
    ];
  }
  return event.takenBy === null ? [] : [{ ...missOf(event, "taken"), takenBy: event.takenBy }];
}

function missOf({ id, name, key, acceptedAt }: NearEvent, differs: NearMissFact["differs"]): NearMissFact {
  return { eventId: id, name, key, at: acceptedAt, differs };
}

/** As the resolver of keys tries them. */
function pathsTried(name: string, paths: CorrelationPaths): string[] {
  const configured = [name, "*"].flatMap((of) => (Object.hasOwn(paths, of) ? (paths[of] ?? []) : []));
  return ["correlationKey", "payload.workflowCorrelationKey", "payload.correlationKey", ...configured];
}
