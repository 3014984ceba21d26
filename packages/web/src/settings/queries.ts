import type { Client } from "@mainspring/api";
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
