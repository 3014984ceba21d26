import { ActionFailure, defineAction, type Action, type FailureCategory } from "@mainspring/actions";
import { z } from "zod";

const input = z.object({
  say: z.any().optional(),
  /** The tries that fail, from the first on. */
  failing: z.number().optional(),
  category: z.string().optional(),
  /** Until it is told to stop. */
  never: z.boolean().optional(),
});
const output = z.object({ said: z.any() });

function actionOf(
  name: string,
  facts: { readonly execution?: "local"; readonly effect: "none" | "idempotent" },
): Action {
  return defineAction({
    name,
    title: name,
    description: "Says what it is told, fails as it is told.",
    timeoutMs: 4_000,
    ...facts,
    input,
    output,
    async run({ input: told, attempt, signal }) {
      if (attempt <= (told.failing ?? 0))
        throw new ActionFailure({
          category: (told.category ?? "TransientError") as FailureCategory,
          code: "AS_TOLD",
          message: `Try ${attempt} fails as told`,
        });
      if (told.never === true)
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      return { said: told.say ?? null };
    },
  });
}

/** What golden runs call. A replay calls nothing. */
export const goldenActions: readonly Action[] = [
  actionOf("gold.far@1", { effect: "idempotent" }),
  actionOf("gold.near@1", { effect: "none", execution: "local" }),
];
