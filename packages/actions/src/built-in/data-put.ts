import { canonicalJson, type Json } from "@mainspring/core";
import { z } from "zod";
import { defineAction } from "../action.ts";
import { ActionFailure } from "../failure.ts";
import { dataPlace, expectedVersion, versionConflict } from "./data-place.ts";

const valueMaxBytes = 256 * 1024;
const ttlMaxMs = 10 * 366 * 24 * 60 * 60 * 1000;

export const dataPut = defineAction({
  name: "data.put@1",
  title: "Write to the data store",
  description:
    "Keeps a value for other runs, by namespace and key. With expectedVersion it is written only while nobody else has written it.",
  effect: "idempotent",
  takesSecrets: false,
  timeoutMs: 10_000,
  input: z
    .strictObject({
      ...dataPlace,
      value: z.unknown().describe("Any value of at most 256 KiB; null when left out.").optional(),
      expectedVersion,
      ttlMs: z.int().min(1).max(ttlMaxMs).describe("The value ends so long after it was written.").optional(),
      expiresAt: z.iso.datetime({ offset: true }).describe("The value ends at this instant.").optional(),
    })
    .refine(({ ttlMs, expiresAt }) => ttlMs === undefined || expiresAt === undefined, {
      path: ["expiresAt"],
      error: "stands beside ttlMs: give one of them",
    }),
  output: z.strictObject({ version: z.int().min(1), expiresAt: z.string().nullable() }),
  run: async ({ input, data }) => {
    // A value of a run's state, which is JSON; what an expression left out is null.
    const value = (input.value ?? null) as Json;
    const bytes = Buffer.byteLength(canonicalJson(value));
    if (bytes > valueMaxBytes) {
      throw new ActionFailure({
        category: "ActionError",
        code: "DATA_VALUE_TOO_LARGE",
        message: `the value has ${bytes} bytes, more than ${valueMaxBytes}`,
        details: { bytes, maxBytes: valueMaxBytes },
      });
    }
    const answer = await data.put({ ...input, value });
    if (answer.result === "conflict") throw versionConflict(input, input.expectedVersion, answer.version);
    return { version: answer.version, expiresAt: answer.expiresAt };
  },
});
