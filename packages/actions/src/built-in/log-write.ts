import type { Json } from "@mainspring/core";
import { z } from "zod";
import { defineAction } from "../action.ts";

export const logWrite = defineAction({
  name: "log.write@1",
  title: "Write to the log",
  description: "Writes one line to the worker's log, with the run and the step. Changes nothing outside.",
  effect: "none",
  execution: "local",
  timeoutMs: 1_000,
  input: z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"]).default("info"),
    message: z.string().max(8_192),
    data: z.unknown().describe("Any value; written beside the message.").optional(),
  }),
  output: z.strictObject({}),
  run: ({ input, log }) => {
    const { level, message, data } = input;
    // A value of a run's state, which is JSON.
    log({ level, message, ...(data === undefined ? {} : { data: data as Json }) });
    return {};
  },
});
