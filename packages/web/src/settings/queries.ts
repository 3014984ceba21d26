import type { Client } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import { queryOptions } from "@tanstack/react-query";
import { allPages } from "../app/queries.ts";

const pageMax = 200;

// Each list is read whole: these are set up by people, and there are few of them.

export const webhooksQuery = (client: Client) =>
  queryOptions({
    queryKey: ["webhooks"],
    queryFn: ({ signal }) => allPages((cursor) => client.webhooks.list({ query: { cursor, limit: pageMax }, signal })),
  });

export const secretsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["secrets"],
    queryFn: ({ signal }) => allPages((cursor) => client.secrets.list({ query: { cursor, limit: pageMax }, signal })),
  });

export const apiKeysQuery = (client: Client) =>
  queryOptions({
    queryKey: ["api-keys"],
    queryFn: async ({ signal }) => (await client.apiKeys.list({ signal })).items,
  });

export const eventTypesQuery = (client: Client) =>
  queryOptions({
    queryKey: ["event-types"],
    queryFn: ({ signal }) =>
      allPages((cursor) => client.eventTypes.list({ query: { cursor, limit: pageMax }, signal })),
    staleTime: 10_000,
  });

export const formsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["forms"],
    queryFn: ({ signal }) => allPages((cursor) => client.forms.list({ query: { cursor, limit: pageMax }, signal })),
  });

const refusalsMax = 200;

/** The last refused call of each webhook, by its key; of each minute the first is kept. */
export const refusedCallsQuery = (client: Client) =>
  queryOptions({
    queryKey: ["decisions", "refused-calls"],
    queryFn: async ({ signal }) => {
      const { items } = await client.decisions.list({
        query: { outcome: "unauthorised", limit: refusalsMax },
        signal,
      });
      const last = new Map<string, { readonly at: string; readonly reason: string }>();
      for (const { values, decidedAt } of items) {
        if (!isJsonObject(values)) continue;
        const { endpoint, reason } = values;
        if (typeof endpoint !== "string" || typeof reason !== "string" || last.has(endpoint)) continue;
        last.set(endpoint, { at: decidedAt, reason });
      }
      return last;
    },
    refetchInterval: 10_000,
  });
