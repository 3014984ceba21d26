import { errors } from "@mainspring/core";
import type { ErrorCode, ErrorEntry } from "@mainspring/core";

/** Every code that a problem document, or one of its issues, may have. */
export type ProblemCode = ErrorCode;

const entries: { readonly [code: string]: ErrorEntry } = errors;

/** Status, title and remedy of a code; undefined for one that is not in the catalogue. */
export function problemFacts(
  code: string,
):
  | { readonly status: number; readonly title: string; readonly explanation: string; readonly remedy: string }
  | undefined {
  const entry = Object.hasOwn(entries, code) ? entries[code] : undefined;
  return entry === undefined ? undefined : { ...entry, status: entry.status ?? 500 };
}

/** The codes that a request can end in, in alphabetical order. */
export function problemCodes(): ProblemCode[] {
  return (Object.keys(entries) as ProblemCode[]).filter((code) => entries[code]?.status !== undefined).sort();
}

/** Codes that any request can meet, whatever its route. */
export const commonProblems = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "TENANT_SUSPENDED",
  "METHOD_NOT_ALLOWED",
  "BODY_NOT_JSON",
  "BODY_TOO_LARGE",
  "MEDIA_TYPE_UNSUPPORTED",
  "REQUEST_INVALID",
  "INTERNAL",
  "UNAVAILABLE",
] as const satisfies readonly ProblemCode[];
