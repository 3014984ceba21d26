import { z } from "zod";
import { defineRoute } from "../route.ts";
import { instant, json, page, pageQuery } from "../schemas/values.ts";

const namespace = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "expected 1 to 100 letters, digits, '.', '_' and '-'" });
const key = z.string().min(1).max(500);
const inNamespace = z.strictObject({ namespace });
const place = z.strictObject({ namespace, key });
const notFound = "DATA_NOT_FOUND";

const summary = z.object({
  namespace: z.string(),
  key: z.string(),
  version: z.number().int(),
  expiresAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});
const item = z.object({ ...summary.shape, value: json });

const listNamespaces = defineRoute({
  method: "GET",
  path: "/data-store",
  role: "viewer",
  summary: "List the namespaces of the data store",
  doc: "What workflows keep by `data.put@1`: namespaces with the number of their keys, by name.",
  query: z.strictObject(pageQuery),
  replies: {
    200: {
      doc: "a page of namespaces",
      schema: page(z.object({ namespace: z.string(), keys: z.number().int() })),
    },
  },
  errors: ["CURSOR_MISMATCH"],
});

const listKeys = defineRoute({
  method: "GET",
  path: "/data-store/:namespace",
  role: "viewer",
  summary: "List the keys of a namespace",
  doc: "Without their values, by name. A value that has expired is not there.",
  params: inNamespace,
  notFound,
  query: z.strictObject({ ...pageQuery, prefix: z.string().max(500).optional() }),
  replies: { 200: { doc: "a page of keys", schema: page(summary) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/data-store/:namespace/:key",
  role: "viewer",
  summary: "Read a value",
  doc: "As a workflow sees it by `data.get@1`.",
  params: place,
  notFound,
  replies: { 200: { doc: "the value", schema: item } },
  errors: [notFound],
});

const put = defineRoute({
  method: "PUT",
  path: "/data-store/:namespace/:key",
  role: "operator",
  summary: "Write a value",
  doc: "As a workflow does by `data.put@1`. With `expectedVersion`, or `If-Match`, only while the key is at that version; 0: only while it is absent.",
  params: place,
  notFound,
  ifMatch: true,
  body: z
    .strictObject({
      value: json,
      expectedVersion: z.int().min(0).optional(),
      ttlMs: z
        .int()
        .min(1)
        .max(10 * 366 * 24 * 60 * 60 * 1000)
        .optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    })
    .refine(({ ttlMs, expiresAt }) => ttlMs === undefined || expiresAt === undefined, {
      path: ["expiresAt"],
      error: "stands beside ttlMs: give one of them",
    }),
  replies: {
    200: { doc: "replaced", schema: item },
    201: { doc: "created", schema: item },
  },
  errors: ["DATA_VERSION_CONFLICT", "DATA_VALUE_TOO_LARGE"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/data-store/:namespace/:key",
  role: "operator",
  summary: "Remove a value",
  doc: "With `If-Match` only while the key is at that version.",
  params: place,
  notFound,
  ifMatch: true,
  replies: { 204: { doc: "removed" } },
  errors: [notFound, "DATA_VERSION_CONFLICT"],
});

export const dataStore = { listNamespaces, listKeys, get, put, remove };
