import { z } from "zod";
import { defineRoute } from "../route.ts";

const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, { error: "expected base64" });

/** The JSON form of Temporal's Payload: bytes as base64. */
const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() }))
    .max(10_000),
});

const decode = defineRoute({
  method: "POST",
  path: "/codec/decode",
  role: "admin",
  summary: "Read payloads as Temporal shows them",
  doc: "Temporal's remote codec protocol: give `<address>/api/v1/codec` as the codec endpoint to its web UI or command line. Sealed payloads are opened and references resolved, those of the key's tenant alone.",
  body: payloads,
  replies: { 200: { doc: "the payloads, in clear", schema: payloads } },
  errors: ["PAYLOAD_NOT_DECODED"],
});

const encode = defineRoute({
  method: "POST",
  path: "/codec/encode",
  role: "admin",
  summary: "Make payloads as the engine writes them",
  doc: "Temporal's remote codec protocol, the other way: large values become references, and where encryption is on everything is sealed under the tenant's key.",
  body: payloads,
  replies: { 200: { doc: "the payloads, as they may travel", schema: payloads } },
  errors: [],
});

export const codec = { decode, encode };
