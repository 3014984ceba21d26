import { isRunStatus, runStatuses, type RunStatusWord } from "../status/status.ts";

/** The filters of the run list as its address holds them. */
export interface RunsSearch {
  readonly workflow?: string;
  readonly status?: readonly RunStatusWord[];
  /** Text that a run must contain. */
  readonly q?: string;
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
  const q = textOf(search["q"]);
  return {
    ...(workflow !== undefined && /^[a-z][a-z0-9-]{1,62}$/.test(workflow) ? { workflow } : {}),
    ...(status.length > 0 ? { status } : {}),
    ...(q === undefined ? {} : { q: q.slice(0, 200) }),
  };
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
  return search.workflow !== undefined || search.status !== undefined || search.q !== undefined;
}
