import { z } from "zod";
import { anyStep } from "./any-step.ts";
import type { StepDefinition } from "./any-step.ts";

/** A block: steps that run one after the other. Lazy, because steps contain blocks. */
export const stepList: z.ZodType<StepDefinition[]> = z.array(z.lazy(() => anyStep()));
