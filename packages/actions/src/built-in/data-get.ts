import { z } from "zod";
import { defineAction } from "../action.ts";
import { dataPlace } from "./data-place.ts";

export const dataGet = defineAction({
  name: "data.get@1",
  title: "Read from the data store",
  description: "Reads a value that a workflow has kept. One that is absent or has expired is no error: found is false.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: z.strictObject(dataPlace),
  output: z.strictObject({
    found: z.boolean(),
    value: z.unknown().describe("null when there is none."),
    version: z.int().min(0).describe("0 when there is none."),
    expiresAt: z.string().nullable(),
  }),
  run: async ({ input, data }) => {
    const found = await data.get(input);
    return found === undefined
      ? { found: false, value: null, version: 0, expiresAt: null }
      : { found: true, value: found.value, version: found.version, expiresAt: found.expiresAt };
  },
});
