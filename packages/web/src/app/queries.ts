import { ApiProblem, type Client } from "@mainspring/api";
import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { RunsSearch } from "../runs/runs-search.ts";
import type { InboxView } from "../tasks/inbox-search.ts";

const pageSize = 50;
const listEveryMs = 3_000;
const listEveryWhenUnreachableMs = 2_000;
/** As many pages are read again at each refresh; beyond that a list stands still until it is asked again. */
const livePagesMax = 4;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The server is on this machine or this network: whether the browser believes itself online says nothing.
        networkMode: "always",
        staleTime: 1_000,
        retry: (failures, error) => !(error instanceof ApiProblem && error.status < 500) && failures < 1,
        retryDelay: 300,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export const runsQuery = (client: Client, search: RunsSearch) =>
  infiniteQueryOptions({
    queryKey: ["runs", search],
    queryFn: ({ pageParam, signal }) =>
      client.runs.list({
        query: {
          workflow: search.workflow,
          status: search.status === undefined ? undefined : [...search.status],
          q: search.q,
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

async function allPages<Item>(
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
