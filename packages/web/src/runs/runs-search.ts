import { isRunStatus, runStatuses, type RunStatusWord } from "../status/status.ts";

/** The filters of the run list as its address holds them. */
export interface RunsSearch {
  readonly workflow?: string;
  readonly status?: readonly RunStatusWord[];
  /** The business state. */
  readonly state?: string;
  readonly trigger?: RunTrigger;
  /** Created in the time up to now. */
  readonly within?: Within;
  /** Text that a run must contain. */
  readonly q?: string;
}

/** What starts runs, and the words for it. */
export const runTriggers = {
  api: "by a person or program",
  event: "by an event",
  schedule: "by a schedule",
  child: "by another run",
  replay: "as a replay",
  restart: "from a step",
} as const;
export type RunTrigger = keyof typeof runTriggers;

const hourMs = 3_600_000;
/** Times to look back, with their words. */
export const withins = {
  "1h": { ms: hourMs, label: "last hour" },
  "24h": { ms: 24 * hourMs, label: "last 24 hours" },
  "7d": { ms: 7 * 24 * hourMs, label: "last 7 days" },
  "30d": { ms: 30 * 24 * hourMs, label: "last 30 days" },
} as const;
export type Within = keyof typeof withins;

/** The filters as the server takes them. */
export interface AskedRuns {
  readonly workflow?: string | undefined;
  readonly status?: readonly RunStatusWord[] | undefined;
  readonly state?: string | undefined;
  readonly trigger?: RunTrigger | undefined;
  readonly from?: string | undefined;
  readonly q?: string | undefined;
}

/** @param nowMs a time to look back is counted from it */
export function askedRuns(search: RunsSearch, nowMs: number): AskedRuns {
  const { workflow, status, state, trigger, within } = search;
  const q = search.q?.trim() ?? "";
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(state === undefined ? {} : { state }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(within === undefined ? {} : { from: new Date(nowMs - withins[within].ms).toISOString() }),
    ...(q.length < searchTextMin ? {} : { q }),
  };
}

/** Shortest text that the server searches for. */
export const searchTextMin = 3;

/** Reads the filters from an address; what it does not know it leaves out, so that an old link still opens. */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const given = Array.isArray(search["status"]) ? search["status"] : [search["status"]];
  const status = runStatuses.filter((each) =>
    given.some((one) => typeof one === "string" && one.toUpperCase() === each && isRunStatus(each)),
  );
  const workflow = textOf(search["workflow"]);
  const [q, state] = [textOf(search["q"]), textOf(search["state"])];
  const trigger = known(runTriggers, search["trigger"]);
  const within = known(withins, search["within"]);
  return {
    ...(workflow !== undefined && /^[a-z][a-z0-9-]{1,62}$/.test(workflow) ? { workflow } : {}),
    ...(status.length > 0 ? { status } : {}),
    ...(state === undefined ? {} : { state: state.slice(0, 200) }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(within === undefined ? {} : { within }),
    ...(q === undefined ? {} : { q: q.slice(0, 200) }),
  };
}

function known<Name extends string>(names: Readonly<Record<Name, unknown>>, value: unknown): Name | undefined {
  return typeof value === "string" && Object.hasOwn(names, value) ? (value as Name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** The filters with `status` turned on or off. */
export function toggledStatus(search: RunsSearch, status: RunStatusWord): RunsSearch {
  const held = search.status ?? [];
  const next = held.includes(status)
    ? held.filter((each) => each !== status)
    : runStatuses.filter((each) => each === status || held.includes(each));
  return { ...search, status: next.length === 0 || next.length === runStatuses.length ? undefined : next };
}

export function isFiltered(search: RunsSearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}
