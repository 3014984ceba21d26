import { randomUUID } from "node:crypto";
import { z } from "zod";
import { defineAction } from "../action.ts";

export const randomUuid = defineAction({
  name: "random.uuid@1",
  title: "Random UUID",
  description: "A new random UUID (version 4). Once the step has ended its value stays the same for the run.",
  effect: "none",
  execution: "local",
  timeoutMs: 1_000,
  input: z.strictObject({}),
  output: z.strictObject({ uuid: z.uuid() }),
  run: () => ({ uuid: randomUUID() }),
});
