import { ApiProblem, type Client } from "@mainspring/api";
import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { AskedRuns } from "../runs/runs-search.ts";
import type { InboxView } from "../tasks/inbox-search.ts";

const pageSize = 50;
const listEveryMs = 3_000;
const listEveryWhenUnreachableMs = 2_000;
/** As many pages are read again at each refresh; beyond that a list stands still until it is asked again. */
const livePagesMax = 4;

interface Asked {
  readonly state: { readonly status: string; readonly error: unknown };
}

/**
 * Until a server that did not answer answers, in milliseconds: what a page lacks comes by itself. A query with an
 * interval of its own asks this too.
 */
export function againWhenAway({ state: { status, error } }: Asked): number | false {
  const isRefusal = error instanceof ApiProblem && error.status < 500;
  return status === "error" && !isRefusal ? listEveryWhenUnreachableMs : false;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The server is on this machine or this network: whether the browser believes itself online says nothing.
        networkMode: "always",
        staleTime: 1_000,
        retry: (failures, error) => !(error instanceof ApiProblem && error.status < 500) && failures < 1,
        retryDelay: 300,
        refetchInterval: againWhenAway,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export const runsQuery = (client: Client, asked: AskedRuns) =>
  infiniteQueryOptions({
    queryKey: ["runs", asked],
    queryFn: ({ pageParam, signal }) =>
      client.runs.list({
        query: {
          ...asked,
          status: asked.status === undefined ? undefined : [...asked.status],
          cursor: pageParam,
          limit: pageSize,
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => {
      if (query.state.status === "error" || query.state.fetchFailureCount > 0) return listEveryWhenUnreachableMs;
      return (query.state.data?.pages.length ?? 0) <= livePagesMax ? listEveryMs : false;
    },
  });

const countsEveryMs = 10_000;

/** How many runs there are in each status, of those that are asked for; without text. */
export const runCountsQuery = (client: Client, { status: _status, q: _q, ...asked }: AskedRuns) =>
  queryOptions({
    queryKey: ["run-counts", asked],
    queryFn: ({ signal }) => client.runs.counts({ query: asked, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: countsEveryMs,
  });

export const runQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: ["run", runId],
    queryFn: ({ signal }) => client.runs.get({ params: { id: runId }, signal }),
  });

const stepPagesMax = 10;

/** The run's step executions with their inputs, of a long run the first 2,000. */
export const stepsQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "steps"],
    queryFn: ({ signal }) =>
      allPages((cursor) => client.runs.steps({ params: { id: runId }, query: { cursor, limit: 200 }, signal })),
  });

/** The ledger: calls of actions with key and attempts. */
export const invocationsQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "invocations"],
    queryFn: ({ signal }) =>
      allPages((cursor) => client.runs.invocations({ params: { id: runId }, query: { cursor, limit: 200 }, signal })),
  });

const whyEveryMs = 5_000;

/**
 * Why a run is not moving.
 * @param asOf of the journal when it was asked: an answer holds as long as nothing has happened since
 */
export const whyQuery = (client: Client, runId: string, asOf: number | undefined) =>
  queryOptions({
    queryKey: ["run", runId, "why", asOf],
    queryFn: ({ signal }) => client.runs.why({ params: { id: runId }, signal }),
    refetchInterval: whyEveryMs,
    gcTime: 0,
  });

const rowsWhyEveryMs = 10_000;

/** Why those runs of a list are not moving of which their rows do not know it; at most 50. */
export const rowsWhyQuery = (client: Client, ids: readonly string[]) =>
  queryOptions({
    queryKey: ["runs-why", ...ids],
    queryFn: async ({ signal }) => {
      const { items } = await client.runs.whyMany({ body: { ids: [...ids] }, signal });
      return new Map(items.map(({ id, why }) => [id, why.sentence]));
    },
    refetchInterval: rowsWhyEveryMs,
    staleTime: rowsWhyEveryMs,
    placeholderData: keepPreviousData,
  });

/** The run after entry `seq` of its journal, recomputed. */
export const momentQuery = (client: Client, runId: string, seq: number) =>
  queryOptions({
    queryKey: ["run", runId, "at", seq],
    queryFn: ({ signal }) => client.runs.at({ params: { id: runId, seq }, signal }),
    placeholderData: keepPreviousData,
  });

/** Where two runs first part. While one of them goes on it is asked anew. */
export const runDiffQuery = (client: Client, a: string, b: string, isOpen: boolean) =>
  queryOptions({
    queryKey: ["runs-diff", a, b],
    queryFn: ({ signal }) => client.runs.diff({ query: { a, b }, signal }),
    refetchInterval: (query) => againWhenAway(query) || (isOpen ? whyEveryMs : false),
  });

export type RestartPlan = Extract<Awaited<ReturnType<Client["runs"]["restartFrom"]>>, { planHash: string }>;

/** What restarting a run from a step would reuse and repeat. Always asked anew: a plan holds for its moment. */
export const restartPlanQuery = (
  client: Client,
  runId: string,
  place: { readonly stepPath: string; readonly iteration: readonly number[] } | undefined,
  version: number | undefined,
) =>
  queryOptions({
    queryKey: ["run", runId, "restart-plan", place?.stepPath, place?.iteration, version],
    queryFn: async ({ signal }): Promise<RestartPlan> => {
      if (place === undefined) throw new Error("no step is chosen");
      const plan = await client.runs.restartFrom({
        params: { id: runId },
        body: {
          stepPath: place.stepPath,
          iteration: [...place.iteration],
          ...(version === undefined ? {} : { version }),
          reason: "preview",
          dryRun: true,
        },
        signal,
      });
      if (!("planHash" in plan)) throw new Error("the server acted where it was asked to plan");
      return plan;
    },
    staleTime: 0,
    gcTime: 0,
  });

/** What an earlier engine stored of its runs. */
export const snapshotsQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "snapshots"],
    queryFn: ({ signal }) =>
      allPages((cursor) => client.runs.snapshots({ params: { id: runId }, query: { cursor, limit: 200 }, signal })),
    staleTime: Number.POSITIVE_INFINITY, // nothing writes them
  });

const openTaskStatuses = ["OPEN", "CLAIMED"] as const;
const closedTaskStatuses = ["COMPLETED", "EXPIRED", "CANCELED"] as const;
const tasksMax = 200;

/** What people are asked, those due first before the others. */
export const tasksQuery = (client: Client, view: InboxView) =>
  queryOptions({
    queryKey: ["tasks", view],
    queryFn: async ({ signal }) => {
      const query =
        view === "mine"
          ? { mine: "true" as const }
          : { status: view === "open" ? [...openTaskStatuses] : [...closedTaskStatuses] };
      return (await client.tasks.list({ query: { ...query, limit: tasksMax }, signal })).items;
    },
    refetchInterval: (query) => (query.state.status === "error" ? listEveryWhenUnreachableMs : listEveryMs),
  });

export const taskQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["tasks", "one", id],
    queryFn: ({ signal }) => client.tasks.get({ params: { id }, signal }),
  });

export const runTasksQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: ["tasks", "of", runId],
    queryFn: async ({ signal }) => (await client.tasks.list({ query: { runId, limit: tasksMax }, signal })).items,
  });

export const workflowsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["workflows"],
    queryFn: ({ signal }) => allPages((cursor) => client.workflows.list({ query: { cursor, limit: 200 }, signal })),
    staleTime: 10_000,
  });

/** The tenant's views of the list of runs. */
export const savedViewsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["saved-views", "runs"],
    queryFn: ({ signal }) => client.savedViews.list({ query: { list: "runs" }, signal }),
    staleTime: 30_000,
  });

export const versionsQuery = (client: Client, key: string) =>
  queryOptions({
    queryKey: ["workflow", key, "versions"],
    queryFn: ({ signal }) => client.workflows.versions({ params: { key }, query: { limit: 20 }, signal }),
  });

export const versionQuery = (client: Client, key: string, version: number) =>
  queryOptions({
    queryKey: ["workflow", key, "version", version],
    queryFn: ({ signal }) => client.workflows.getVersion({ params: { key, version }, signal }),
    staleTime: Number.POSITIVE_INFINITY, // versions never change
  });

/** All items of a list, of a long one the first 2,000. */
export async function allPages<Item>(
  read: (cursor: string | undefined) => Promise<{ items: Item[]; nextCursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < stepPagesMax; pages += 1) {
    const page = await read(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return items;
}
