import { z } from "zod";
import { defineAction } from "../action.ts";

export const timeNow = defineAction({
  name: "time.now@1",
  title: "Current time",
  description: "The time of the call, RFC 3339 UTC with milliseconds.",
  effect: "none",
  execution: "local",
  timeoutMs: 1_000,
  input: z.strictObject({}),
  output: z.strictObject({ now: z.iso.datetime() }),
  run: ({ now }) => ({ now }),
});
