import type { Json } from "@mainspring/core";
import { ActionFailure } from "../failure.ts";
import type { FailureCategory } from "../failure.ts";

/** The longest wait that a `Retry-After` may ask for. */
const retryAfterMaxMs = 60 * 60 * 1000;

/** Of a refused answer's body, what its error keeps. */
export const detailBodyMaxBytes = 8 * 1024;

/** An answer that is not accepted, as the author's retries and catches see it. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON or text, at most 8 KiB of it. */
  readonly body: Json;
  readonly bodyCut: boolean;
}

/** 408, 425, 429 and 5xx are transient; every other status is an ActionError. The code is `HTTP_<status>`. */
export function statusFailure(answer: RefusedAnswer, nowMs: number): ActionFailure {
  const { status, headers, body, bodyCut } = answer;
  const retryAfterMs = retryAfter(headers["retry-after"], nowMs);
  return new ActionFailure({
    category: categoryOf(status),
    code: `HTTP_${status}`,
    message: `the server answered ${status}`,
    details: { status, headers: allowedHeaders(headers), body, ...(bodyCut ? { bodyCut } : {}) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function categoryOf(status: number): FailureCategory {
  return status >= 500 || status === 408 || status === 425 || status === 429 ? "TransientError" : "ActionError";
}

/** @param value seconds, or an HTTP date; anything else asks for nothing */
export function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (text === "") return undefined;
  const waitMs = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]+, ?\d/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), retryAfterMaxMs);
}

// Headers that explain a refusal and carry no session or credential.
const detailHeaders: ReadonlySet<string> = new Set([
  "allow",
  "content-language",
  "content-length",
  "content-type",
  "date",
  "location",
  "request-id",
  "retry-after",
  "server",
  "www-authenticate",
  "x-correlation-id",
  "x-request-id",
]);

function allowedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => detailHeaders.has(name) || /^(x-)?ratelimit(-|$)/.test(name));
  return Object.fromEntries(kept);
}

/** No answer came, or it broke off: worth another try. */
export function connectionFailure(error: unknown, url: string): ActionFailure {
  const reason = reasonOf(error);
  const host = URL.parse(url)?.host ?? "";
  return new ActionFailure({
    category: "TransientError",
    code: "HTTP_CONNECTION_FAILED",
    message: `the exchange with ${host} failed (${reason})`,
    details: { host, reason },
  });
}

function reasonOf(error: unknown): string {
  // With several addresses Node collects the failures of all of them; the first is the one that was preferred.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (typeof first === "object" && first !== null && "code" in first && typeof first.code === "string")
    return first.code;
  return first instanceof Error ? first.message : String(first);
}

export function timeExceeded(timeoutMs: number): ActionFailure {
  return new ActionFailure({
    category: "TimeoutError",
    code: "HTTP_TIMEOUT",
    message: `no complete answer within ${timeoutMs} ms`,
    details: { timeoutMs },
  });
}

export function redirectsExceeded(redirectsMax: number, next: URL): ActionFailure {
  return new ActionFailure({
    category: "ActionError",
    code: "HTTP_TOO_MANY_REDIRECTS",
    message: `more than ${redirectsMax} redirects`,
    details: { redirectsMax, host: next.host },
  });
}

export function urlInvalid(url: string): ActionFailure {
  return new ActionFailure({
    category: "ActionError",
    code: "HTTP_URL_INVALID",
    message: "the URL cannot be read",
    details: { url },
  });
}
