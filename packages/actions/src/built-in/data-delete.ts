import { z } from "zod";
import { defineAction } from "../action.ts";
import { dataPlace, expectedVersion, versionConflict } from "./data-place.ts";

export const dataDelete = defineAction({
  name: "data.delete@1",
  title: "Delete from the data store",
  description: "Removes a value. One that is absent or has expired is no error: deleted is false.",
  effect: "idempotent",
  timeoutMs: 10_000,
  input: z.strictObject({ ...dataPlace, expectedVersion }),
  output: z.strictObject({ deleted: z.boolean() }),
  run: async ({ input, data }) => {
    const answer = await data.delete(input);
    if (answer.result === "conflict") throw versionConflict(input, input.expectedVersion, answer.version);
    return { deleted: answer.result === "deleted" };
  },
});
