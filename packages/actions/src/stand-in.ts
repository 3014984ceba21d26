import type { ActionFacts, Json } from "@mainspring/core";
import { z } from "zod";
import { defineAction, type Action } from "./action.ts";
import type { ActionContext } from "./context.ts";

/** An action that takes and gives anything, in the place of one that is not to be performed. @throws TypeError as `defineAction` */
export function standIn(
  name: string,
  facts: ActionFacts,
  run: (context: ActionContext<unknown>) => Promise<Json>,
): Action {
  return defineAction({
    ...facts,
    name,
    title: name,
    description: `Stands in for ${name}`,
    input: z.unknown(),
    output: z.unknown(),
    run,
  });
}
