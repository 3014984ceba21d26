import { z } from "zod";
import type { ValueDefinition } from "./value.ts";
import { value } from "./value.ts";

export interface RetryDefinition {
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
  readonly backoffMultiplier?: number;
  readonly maxDelayMs?: number;
  readonly jitter?: boolean;
  readonly retryOn?: readonly string[];
}

export interface OnErrorDefinition {
  readonly policy: "fail" | "continue";
  readonly captureErrorAs?: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** What `retry` leaves out. Without `retry` there is one attempt. */
export const retryDefaults = {
  maxAttempts: 3,
  backoffMs: 1_000,
  backoffMultiplier: 2,
  maxDelayMs: 5 * 60 * 1000,
  jitter: false,
  retryOn: ["TransientError", "TimeoutError"],
} as const;

export const categoryOrCode = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9_]{2,63}$/)
  .describe("An error category such as TransientError, or an error code such as HTTP_503.");

export const retry: z.ZodType<RetryDefinition> = z
  .strictObject({
    maxAttempts: z.int().min(1).max(50).optional().describe("All tries together, the first included."),
    backoffMs: z.int().min(0).max(dayMs).optional().describe("The delay before the second try."),
    backoffMultiplier: z.number().min(1).max(100).optional(),
    maxDelayMs: z.int().min(0).max(dayMs).optional(),
    jitter: z.boolean().optional(),
    retryOn: z.array(categoryOrCode).min(1).max(50).optional().describe("What is tried again: categories or codes."),
  })
  .meta({ id: "Retry" });

export const targetText = z
  .string()
  .min(1)
  .max(500)
  .describe("vars.a.b, payload.a, a JSON pointer, or a bare name, which means vars.<name>.");

export const onError: z.ZodType<OnErrorDefinition> = z
  .strictObject({ policy: z.enum(["fail", "continue"]), captureErrorAs: targetText.optional() })
  .meta({ id: "OnError" });

export type AssignDefinition = { readonly [target: string]: ValueDefinition };

export const assign: z.ZodType<AssignDefinition> = z
  .record(z.string().min(1).max(500), value())
  .describe("Targets and their values; all values are computed before any is written.")
  .meta({ id: "Assign" });
