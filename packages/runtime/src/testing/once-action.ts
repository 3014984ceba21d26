import { defineAction } from "@mainspring/actions";
import { z } from "zod";

/** May be done once only; it takes as long as it is told. */
export const onceAction = defineAction({
  name: "test.once@1",
  title: "Once",
  description: "An effect that may be had once only.",
  effect: "once",
  timeoutMs: 120_000,
  input: z.strictObject({ takesMs: z.number() }),
  output: z.strictObject({}),
  run: async ({ input, signal }) => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, input.takesMs);
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
    });
    return {};
  },
});
