import type { Client, ScheduleSpecInput } from "@mainspring/api";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { agendaFires } from "./agenda.ts";
import type { SchedulesSearch } from "./schedules-search.ts";

const listEveryMs = 5_000;
const listEveryWhenUnreachableMs = 2_000;
const pageSize = 50;
/** As many pages are read again at each refresh; beyond that the list stands still until it is asked again. */
const livePagesMax = 4;
export const previewCount = 10;

/** Newest first. */
export const schedulesQuery = (client: Client, { state, workflow }: SchedulesSearch) =>
  infiniteQueryOptions({
    queryKey: ["schedules", "list", state, workflow],
    queryFn: ({ pageParam, signal }) =>
      client.schedules.list({
        query: { workflow, cursor: pageParam, limit: pageSize, ...(state === undefined ? {} : { state: [state] }) },
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

/** The one that an address names, when it is not in the list. */
export const scheduleQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["schedules", "one", id],
    queryFn: ({ signal }) => client.schedules.get({ params: { id }, signal }),
  });

/** Asked anew after each change of the schedule. */
export const previewQuery = (client: Client, id: string, revision: number) =>
  queryOptions({
    queryKey: ["schedules", "preview", id, revision],
    queryFn: ({ signal }) => client.schedules.preview({ params: { id }, query: { count: previewCount }, signal }),
  });

const agendaEveryMs = 60_000;

/** The times of the next days; those that have passed meanwhile are left out by who shows them. */
export const agendaQuery = (client: Client, id: string, revision: number) =>
  queryOptions({
    queryKey: ["schedules", "agenda", id, revision],
    queryFn: ({ signal }) => client.schedules.preview({ params: { id }, query: { count: agendaFires }, signal }),
    staleTime: agendaEveryMs,
    refetchInterval: agendaEveryMs,
  });

const specPreviewCount = 5;

/** The next times of a spec that is being typed; nothing is asked while there is none. */
export const specPreviewQuery = (
  client: Client,
  asked: { readonly spec: ScheduleSpecInput; readonly businessDays: { readonly calendar: string } | null } | undefined,
) =>
  queryOptions({
    queryKey: ["schedules", "preview-spec", asked],
    queryFn: ({ signal }) => {
      if (asked === undefined) throw new Error("there is no spec to ask about");
      return client.schedules.previewSpec({
        body: { spec: asked.spec, businessDays: asked.businessDays, count: specPreviewCount },
        signal,
      });
    },
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });

/** The tenant's business calendars. */
export const calendarsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["calendars"],
    queryFn: async ({ signal }) => (await client.calendars.list({ query: { limit: 200 }, signal })).items,
    staleTime: 10_000,
  });
