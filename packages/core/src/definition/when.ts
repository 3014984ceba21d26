import { z } from "zod";
import type { ValueDefinition } from "./value.ts";
import { value } from "./value.ts";

/** Exactly one of the three. */
export interface WhenDefinition {
  readonly durationMs?: ValueDefinition;
  readonly until?: ValueDefinition;
  readonly business?: BusinessDefinition;
}

export interface BusinessDefinition {
  readonly days?: ValueDefinition;
  readonly hours?: ValueDefinition;
  /** The name of a calendar of the tenant. */
  readonly calendar: string;
}

/** The fields of a When, for steps that have them among their own. */
export const whenFields = {
  durationMs: value("number").optional().describe("Milliseconds from the opening of the wait."),
  until: value("text").optional().describe("An instant, RFC 3339."),
  business: z
    .strictObject({
      days: value("number").optional(),
      hours: value("number").optional(),
      calendar: z.string().min(1).describe("The name of a calendar of the tenant."),
    })
    .optional()
    .describe("Business time, computed when the wait opens."),
};

export const when: z.ZodType<WhenDefinition> = z
  .strictObject(whenFields)
  .superRefine(exactlyOneWhen)
  .meta({ id: "When" });

/** Refuses a When with none or several of its three forms. */
export function exactlyOneWhen(given: WhenDefinition, context: z.RefinementCtx): void {
  const forms = (["durationMs", "until", "business"] as const).filter((form) => given[form] !== undefined);
  if (forms.length !== 1) {
    const message =
      forms.length === 0
        ? "There is no time: one of durationMs, until and business is needed."
        : `There are ${forms.length} times (${forms.join(", ")}), and only one can hold.`;
    context.addIssue({ code: "custom", message, params: { problem: { code: "WHEN_NOT_ONE", pointer: "", message } } });
  }
  const business = given.business;
  if (business !== undefined && business.days === undefined && business.hours === undefined) {
    const message = "Business time needs days, hours or both.";
    context.addIssue({
      code: "custom",
      message,
      params: { problem: { code: "FIELD_MISSING", pointer: "/business", message } },
    });
  }
}
