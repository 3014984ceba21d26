import { z } from "zod";
import { anyStep } from "./any-step.ts";
import type { StepDefinition } from "./any-step.ts";

/**
 * A block: steps that run one after the other. A function and lazy, because steps contain blocks and their modules
 * import each other.
 */
export function stepList(): z.ZodType<StepDefinition[]> {
  return z.array(z.lazy(() => anyStep()));
}
