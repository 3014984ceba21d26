import { z } from "zod";
import { defineRoute } from "../route.ts";

const part = z.object({ ok: z.boolean(), reason: z.string().optional() });

const live = defineRoute({
  method: "GET",
  path: "/healthz",
  mount: "root",
  role: "public",
  summary: "Whether the process answers",
  doc: "Asks nothing of Postgres or Temporal.",
  replies: { 200: { doc: "it does", schema: z.object({ ok: z.literal(true) }) } },
  errors: [],
});

const ready = defineRoute({
  method: "GET",
  path: "/readyz",
  mount: "root",
  role: "public",
  summary: "Whether the process can do its work now",
  doc: "Asks Postgres and Temporal at each request.",
  replies: {
    200: { doc: "every part answers", schema: z.object({ ok: z.literal(true), parts: z.record(z.string(), part) }) },
    503: {
      doc: "a part does not answer, or the process is shutting down",
      schema: z.object({ ok: z.literal(false), parts: z.record(z.string(), part) }),
    },
  },
  errors: [],
});

const metrics = defineRoute({
  method: "GET",
  path: "/metrics",
  mount: "root",
  role: "public",
  summary: "Prometheus metrics of the process",
  doc: "Text exposition format.",
  replies: { 200: { doc: "the metrics", contentType: "text/plain; version=0.0.4; charset=utf-8" } },
  errors: [],
});

export const health = { live, ready, metrics };
