import { eventStatuses } from "@mainspring/api";
import { decisionOutcomes, type DecisionOutcome } from "@mainspring/core";

export const eventViews = ["all", "unmatched", "dead", "decisions"] as const;
export type EventView = (typeof eventViews)[number];
export type EventStatus = (typeof eventStatuses)[number];

/** What the page of events shows, as its address holds it. */
export interface EventsSearch {
  /** Left out: all. */
  readonly show?: Exclude<EventView, "all">;
  readonly status?: readonly EventStatus[];
  readonly name?: string;
  readonly source?: string;
  /** The producer's. */
  readonly id?: string;
  /** Of decisions; left out: all that started nothing. */
  readonly outcome?: DecisionOutcome;
  /** Of decisions: what would have been started. */
  readonly workflow?: string;
  /** Of decisions: whose times they are about. */
  readonly schedule?: string;
  /** The chosen one: ours. */
  readonly event?: string;
}

/** Of what is typed to find an event. */
export const textMax = 200;

/** Reads an address; what it does not know it leaves out, so that an old link still opens. */
export function readEventsSearch(search: Record<string, unknown>): EventsSearch {
  const show = eventViews.find((each) => each !== "all" && each === search["show"]) as EventsSearch["show"];
  const given = [search["status"]].flat();
  const status = eventStatuses.filter((each) => given.includes(each));
  const outcome = decisionOutcomes.find((each) => each === search["outcome"]);
  const workflow = textOf(search["workflow"]);
  const [event, schedule] = [idOf(search["event"]), idOf(search["schedule"])];
  const texts = (["name", "source", "id"] as const).flatMap((field) => {
    const text = textOf(search[field]);
    return text === undefined ? [] : [[field, text.slice(0, textMax)]];
  });
  return {
    ...(show === undefined ? {} : { show }),
    ...(status.length > 0 ? { status } : {}),
    ...(Object.fromEntries(texts) as Pick<EventsSearch, "name" | "source" | "id">),
    ...(outcome === undefined ? {} : { outcome }),
    ...(workflow !== undefined && /^[a-z][a-z0-9-]{1,62}$/.test(workflow) ? { workflow } : {}),
    ...(schedule === undefined ? {} : { schedule }),
    ...(event === undefined ? {} : { event }),
  };
}

function idOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^[0-9a-f-]{36}$/i.test(text) ? text : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** The filters with `status` turned on or off. */
export function toggledEventStatus(search: EventsSearch, status: EventStatus): EventsSearch {
  const held = search.status ?? [];
  const next = eventStatuses.filter((each) => (each === status ? !held.includes(each) : held.includes(each)));
  return { ...search, status: next.length === 0 || next.length === eventStatuses.length ? undefined : next };
}

export function isFilteredList(search: EventsSearch): boolean {
  const { status, name, source, id, outcome, workflow, schedule } = search;
  return [status, name, source, id, outcome, workflow, schedule].some((one) => one !== undefined);
}

/** All outcomes by which nothing was started. */
export const notStarted: readonly DecisionOutcome[] = decisionOutcomes.filter((each) => each !== "fired");
