import { problemFacts } from "@mainspring/api";
import type { Problem } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { ErrorCode } from "@mainspring/core";

export interface ProblemReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly document: Problem;
}

/** Of what the framework says, which may repeat the request. */
const longestDetail = 300;
const reserved = new Set(["type", "title", "status", "code", "detail", "remedy"]);

/**
 * The problem document of whatever was thrown. What is not of the catalogue becomes INTERNAL and says nothing of itself;
 * `unexpected` then holds what belongs into the log.
 */
export function problemReply(thrown: unknown, requestId: string): ProblemReply & { readonly unexpected?: unknown } {
  if (thrown instanceof MainspringError) {
    const facts = problemFacts(thrown.code);
    // A code without a status of its own (of an action, say) is not meant for callers.
    if (facts !== undefined && facts.status !== 500)
      return describe(thrown.code, thrown.message, thrown.details, facts);
    return { ...internal(requestId), unexpected: thrown };
  }
  const code = frameworkCode(thrown);
  if (code !== undefined) return describe(code, messageOf(thrown).slice(0, longestDetail), {}, problemFacts(code));
  if (isUnavailable(thrown))
    return {
      ...describe("UNAVAILABLE", "a part that is needed does not answer", {}, problemFacts("UNAVAILABLE")),
      unexpected: thrown,
    };
  // The database could not read a value as its type: it came past a check of ours, so it is logged, and it is the caller's.
  if (dataCodes.test(codeOf(thrown) ?? "")) {
    return {
      ...describe(
        "REQUEST_INVALID",
        "a value of the request is not of the form that it must have",
        {},
        problemFacts("REQUEST_INVALID"),
      ),
      unexpected: thrown,
    };
  }
  return { ...internal(requestId), unexpected: thrown };
}

// Not of the type, out of its range, not a time, bytes that are no text, text that cannot be stored.
const dataCodes = /^22(P02|003|007|008|021|P05)$/;

function describe(
  code: ErrorCode,
  detail: string,
  details: { readonly [name: string]: unknown },
  facts: ReturnType<typeof problemFacts>,
): ProblemReply {
  const { issues, ...members } = details;
  const status = facts?.status ?? 500;
  const extra = Object.fromEntries(Object.entries(members).filter(([name]) => !reserved.has(name)));
  return {
    status,
    headers: headersOf(code, details),
    document: {
      type: `/api/docs#${code}`,
      title: facts?.title ?? code,
      status,
      code,
      detail,
      remedy: facts?.remedy ?? "",
      ...(Array.isArray(issues) ? { issues } : {}),
      ...extra,
    },
  };
}

function internal(requestId: string): ProblemReply {
  return describe("INTERNAL", `request ${requestId} failed`, { requestId }, problemFacts("INTERNAL"));
}

function headersOf(
  code: ErrorCode,
  details: { readonly [name: string]: unknown },
): { readonly [name: string]: string } {
  switch (code) {
    case "UNAUTHENTICATED":
      return { "www-authenticate": "Bearer" };
    case "METHOD_NOT_ALLOWED":
      return Array.isArray(details.allow) ? { allow: details.allow.join(", ") } : {};
    case "UNAVAILABLE":
      return { "retry-after": "1" };
    case "BACKLOG_FULL":
      return { "retry-after": "5" };
    case "RATE_LIMITED":
    case "CONCURRENCY_LIMITED":
      return typeof details.retryAfterS === "number" ? { "retry-after": String(details.retryAfterS) } : {};
    default:
      return {};
  }
}

/** What fastify refuses before a route is reached. */
function frameworkCode(thrown: unknown): ErrorCode | undefined {
  const code = codeOf(thrown);
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return "BODY_TOO_LARGE";
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return "MEDIA_TYPE_UNSUPPORTED";
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return "BODY_NOT_JSON";
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return "NOT_FOUND";
    default:
      return code?.startsWith("FST_ERR_CTP_") === true ? "REQUEST_INVALID" : undefined;
  }
}

// Connection refused, reset or timed out; Postgres shutting down, starting up, or out of connections; a lost connection.
const unavailableCodes = /^(ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[1-3]|53300|08[0-9A-Z]{3})$/;
const unavailableMessages = /connection terminated|timeout exceeded when trying to connect|connection timeout/i;

function isUnavailable(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error !== undefined && depth < 5; depth += 1) {
    if (unavailableCodes.test(codeOf(error) ?? "") || unavailableMessages.test(messageOf(error))) return true;
    error = error instanceof Error ? error.cause : undefined;
  }
  return false;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
