import type { Client } from "@mainspring/api";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { notStarted, type EventsSearch } from "./events-search.ts";

const pageSize = 50;
const everyMs = 3_000;
const everyWhenUnreachableMs = 2_000;
/** As many pages are read again at each refresh; beyond that a list stands still until it is asked again. */
const livePagesMax = 4;

interface Refreshed {
  readonly state: {
    readonly status: string;
    readonly fetchFailureCount: number;
    readonly data?: { readonly pages: readonly unknown[] } | undefined;
  };
}

function refetchInterval({ state }: Refreshed): number | false {
  if (state.status === "error" || state.fetchFailureCount > 0) return everyWhenUnreachableMs;
  return (state.data?.pages.length ?? 0) <= livePagesMax ? everyMs : false;
}

const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { readonly nextCursor: string | null }) => last.nextCursor ?? undefined,
  placeholderData: keepPreviousData,
};

export const eventsQuery = (client: Client, { show, name, source, id, status }: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ["events", show === "unmatched", name, source, id, status],
    queryFn: ({ pageParam, signal }) =>
      client.events.list({
        query: {
          name,
          source,
          id,
          ...(status === undefined ? {} : { status: [...status] }),
          ...(show === "unmatched" ? { unmatched: "true" as const } : {}),
          cursor: pageParam,
          limit: pageSize,
        },
        signal,
      }),
    ...paging,
    refetchInterval,
  });

export const deadLettersQuery = (client: Client, { name, source }: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ["dead-letters", name, source],
    queryFn: ({ pageParam, signal }) =>
      client.deadLetters.list({ query: { name, source, cursor: pageParam, limit: pageSize }, signal }),
    ...paging,
    refetchInterval,
  });

export const decisionsQuery = (client: Client, { source, id, outcome, workflow, schedule }: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ["decisions", source, id, outcome, workflow, schedule],
    queryFn: ({ pageParam, signal }) =>
      client.decisions.list({
        query: {
          source,
          id,
          workflow,
          scheduleId: schedule,
          outcome: outcome === undefined ? [...notStarted] : [outcome],
          cursor: pageParam,
          limit: pageSize,
        },
        signal,
      }),
    ...paging,
    refetchInterval,
  });

export const eventQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["event", id],
    queryFn: ({ signal }) => client.events.get({ params: { id }, signal }),
    refetchInterval: everyMs,
  });

export const eventWhyQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["event", id, "why"],
    queryFn: ({ signal }) => client.events.why({ params: { id }, signal }),
    refetchInterval: everyMs,
  });

export const deliveriesQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["event", id, "deliveries"],
    queryFn: async ({ signal }) => (await client.events.deliveries({ params: { id }, signal })).items,
    refetchInterval: everyMs,
  });

const latelyMax = 10;

/** What was decided last for a schedule or a workflow, starts included. */
export const latelyQuery = (
  client: Client,
  of: { readonly scheduleId: string } | { readonly workflow: string },
  which: "all" | "not-started",
) =>
  queryOptions({
    queryKey: ["decisions", "lately", of, which],
    queryFn: ({ signal }) =>
      client.decisions.list({
        query: { ...of, limit: latelyMax, ...(which === "all" ? {} : { outcome: [...notStarted] }) },
        signal,
      }),
    refetchInterval: everyMs,
  });
