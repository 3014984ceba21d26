import { expressionErrors } from "../expression/codes.ts";
import { schemaErrors } from "../schema/codes.ts";
import { valueErrors } from "../values/codes.ts";
import { actionErrorPatterns, actionErrors } from "./action.ts";
import type { ErrorCatalogue, ErrorEntry } from "./catalogue.ts";
import { commandLineErrors } from "./command-line.ts";
import { definitionErrors } from "./definition.ts";
import { publishErrors } from "./publish.ts";
import { expressionIssues } from "./expression-refusals.ts";
import { requestErrors } from "./request.ts";
import { runErrors } from "./run.ts";
import { scheduleErrors } from "./schedule.ts";

const valueCodes = {
  // Requests are refused for them too.
  NUMBER_NOT_EXACT: { status: 422, ...valueErrors.NUMBER_NOT_EXACT },
  TEXT_NOT_STORABLE: { status: 422, ...valueErrors.TEXT_NOT_STORABLE },
  KEY_REFUSED: { status: 422, ...valueErrors.KEY_REFUSED },
  VALUE_TOO_DEEP: { status: 422, ...valueErrors.VALUE_TOO_DEEP },
} as const satisfies ErrorCatalogue;

/** Every error code of the product, with what it means and what to do. */
export const errors = {
  ...valueCodes,
  ...definitionErrors,
  ...publishErrors,
  ...expressionIssues,
  ...expressionErrors,
  ...schemaErrors,
  ...runErrors,
  ...actionErrors,
  ...requestErrors,
  ...scheduleErrors,
  ...commandLineErrors,
} as const satisfies ErrorCatalogue;

/** The same codes by area, for the reference. */
export const errorAreas: readonly {
  readonly title: string;
  readonly about: string;
  readonly errors: ErrorCatalogue;
}[] = [
  { title: "Values", about: "Why a value is refused in a definition, payload, event or answer.", errors: valueCodes },
  {
    title: "Reading a definition",
    about: "What is found in the text and the shape of a definition.",
    errors: definitionErrors,
  },
  { title: "Publishing", about: "What is found when a definition is checked and published.", errors: publishErrors },
  { title: "Expressions at publish", about: "Why an expression is refused.", errors: expressionIssues },
  {
    title: "Expressions in a run",
    about: "What evaluating an expression can end in: an ExpressionError with this code.",
    errors: expressionErrors,
  },
  { title: "Schemas", about: "What is wrong with a schema, or with a value by its schema.", errors: schemaErrors },
  { title: "Runs", about: "What a run can end in or catch.", errors: runErrors },
  { title: "Actions", about: "What calling an action can end in.", errors: actionErrors },
  { title: "Requests", about: "What a request to the API can end in.", errors: requestErrors },
  { title: "Schedules", about: "What is wrong with a schedule, or with what is asked of one.", errors: scheduleErrors },
  { title: "The command line", about: "What a command can end in by itself.", errors: commandLineErrors },
];

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
