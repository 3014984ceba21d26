import { expressionIssues } from "../compile/expression/codes.ts";
import { expressionErrors } from "../expression/codes.ts";
import { schemaErrors } from "../schema/codes.ts";
import { valueErrors } from "../values/codes.ts";
import { actionErrorPatterns, actionErrors } from "./action.ts";
import type { ErrorCatalogue, ErrorEntry } from "./catalogue.ts";
import { definitionErrors } from "./definition.ts";
import { publishErrors } from "./publish.ts";
import { requestErrors } from "./request.ts";
import { runErrors } from "./run.ts";

/** Every error code of the product, with what it means and what to do. */
export const errors = {
  // Requests are refused for them too.
  NUMBER_NOT_EXACT: { status: 422, ...valueErrors.NUMBER_NOT_EXACT },
  TEXT_NOT_STORABLE: { status: 422, ...valueErrors.TEXT_NOT_STORABLE },
  KEY_REFUSED: { status: 422, ...valueErrors.KEY_REFUSED },
  VALUE_TOO_DEEP: { status: 422, ...valueErrors.VALUE_TOO_DEEP },
  ...definitionErrors,
  ...publishErrors,
  ...expressionIssues,
  ...expressionErrors,
  ...schemaErrors,
  ...runErrors,
  ...actionErrors,
  ...requestErrors,
} as const satisfies ErrorCatalogue;

export type ErrorCode = keyof typeof errors;

/**
 * What is known of a code, `HTTP_503` and its like included; undefined for a code that is none of ours, as the codes
 * that authors raise and actions give.
 */
export function explainCode(code: string): (ErrorEntry & { readonly code: string }) | undefined {
  if (Object.hasOwn(errors, code)) return { code, ...errors[code as ErrorCode] };
  for (const { pattern, title, explanation, remedy } of actionErrorPatterns) {
    if (pattern.test(code)) return { code, title, explanation, remedy };
  }
  return undefined;
}
