import type { Client } from "@mainspring/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { SchedulesSearch } from "./schedules-search.ts";

const listEveryMs = 5_000;
const listEveryWhenUnreachableMs = 2_000;
const schedulesMax = 200;
export const previewCount = 10;

/** Newest first; the first 200 of what is asked for. */
export const schedulesQuery = (client: Client, { state, workflow }: SchedulesSearch) =>
  queryOptions({
    queryKey: ["schedules", state, workflow],
    queryFn: ({ signal }) =>
      client.schedules.list({
        query: { workflow, limit: schedulesMax, ...(state === undefined ? {} : { state: [state] }) },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.status === "error" ? listEveryWhenUnreachableMs : listEveryMs),
  });

/** Asked anew after each change of the schedule. */
export const previewQuery = (client: Client, id: string, revision: number) =>
  queryOptions({
    queryKey: ["schedules", "preview", id, revision],
    queryFn: ({ signal }) => client.schedules.preview({ params: { id }, query: { count: previewCount }, signal }),
  });
