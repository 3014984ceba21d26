import type { Client } from "@mainspring/api";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { allPages } from "../app/queries.ts";
import type { VersionSide } from "./workflow-search.ts";

const pageSize = 20;
const everyMs = 5_000;

/** A workflow with its draft. */
export const workflowQuery = (client: Client, key: string) =>
  queryOptions({
    queryKey: ["workflow", key],
    queryFn: ({ signal }) => client.workflows.get({ params: { key }, signal }),
    refetchInterval: everyMs,
  });

/** What publishing the draft would find; asked anew whenever the draft has changed. */
export const draftCheckQuery = (client: Client, key: string, revision: number) =>
  queryOptions({
    queryKey: ["workflow", key, "check", revision],
    queryFn: ({ signal }) => client.workflows.validate({ params: { key }, signal }),
    placeholderData: keepPreviousData,
  });

export const versionListQuery = (client: Client, key: string) =>
  infiniteQueryOptions({
    queryKey: ["workflow", key, "version-list"],
    queryFn: ({ pageParam, signal }) =>
      client.workflows.versions({ params: { key }, query: { cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

/** @param revision of the draft, which may change under the comparison */
export const diffQuery = (client: Client, key: string, from: VersionSide, to: VersionSide, revision: number) =>
  queryOptions({
    queryKey: ["workflow", key, "diff", from, to, revision],
    queryFn: ({ signal }) => client.workflows.diff({ params: { key }, query: { from, to }, signal }),
    placeholderData: keepPreviousData,
  });

const schedulesShown = 20;

/** The schedules and webhooks that start a workflow. */
export const startersQuery = (client: Client, key: string) =>
  queryOptions({
    queryKey: ["workflow", key, "starters"],
    queryFn: async ({ signal }) => {
      const [schedules, webhooks] = await Promise.all([
        client.schedules.list({ query: { workflow: key, limit: schedulesShown }, signal }),
        allPages((cursor) => client.webhooks.list({ query: { cursor, limit: 200 }, signal })),
      ]);
      return {
        schedules: schedules.items,
        moreSchedules: schedules.nextCursor !== null,
        webhooks: webhooks.filter(({ workflow }) => workflow === key),
      };
    },
    refetchInterval: everyMs,
  });
