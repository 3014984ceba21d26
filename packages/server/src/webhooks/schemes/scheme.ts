import type { IncomingHttpHeaders } from "node:http";
import type { Json } from "@mainspring/core";

/** A call as it came. */
export interface WebhookCall {
  readonly headers: IncomingHttpHeaders;
  /** The very bytes: signatures are over them. */
  readonly body: Buffer;
  readonly nowMs: number;
}

/** Why a call is refused: for our own metrics and decisions, never for the caller. */
export type Refusal = "no-signature" | "malformed" | "outside-window" | "wrong-signature";

/** What a scheme finds of an event in a call; what is left out is made up by rule. */
export interface NamedEvent {
  readonly id?: string;
  readonly name?: string;
}

/** How one kind of sender signs, and where it has an event's id and name. */
export interface WebhookScheme {
  /** Whether a secret is of the form that the scheme's senders use; the text says what is expected. */
  readonly secretProblem?: (secret: string) => string | undefined;
  /** A new secret, of the form that the senders of the scheme expect. */
  newSecret(): string;
  /** Any of the secrets may have signed. @returns undefined: it is theirs */
  verify(call: WebhookCall, secrets: readonly string[]): Refusal | undefined;
  /** Of a form's fields the part that is the body, as text of JSON; left out: the fields are the body. */
  readonly jsonOfForm?: (fields: URLSearchParams) => string | null;
  /** What is answered at once, and is no event. */
  readonly answer?: (headers: IncomingHttpHeaders, body: Json) => Json | undefined;
  nameEvent(headers: IncomingHttpHeaders, body: Json): NamedEvent;
}

/** Between what is signed and now, either way and inclusive. */
export const replayWindowMs = 5 * 60 * 1000;

/** One header as text; a repeated one as Node joins it. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** @returns undefined for what is no number of seconds since 1970 */
export function secondsIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) : undefined;
}

export function isInWindow(seconds: number, nowMs: number): boolean {
  return Math.abs(nowMs - seconds * 1_000) <= replayWindowMs;
}

/** A member of a body that is an object, where it is a text that is not empty. */
export function textMember(body: Json | undefined, name: string): string | undefined {
  const member = memberOf(body, name);
  return typeof member === "string" && member !== "" ? member : undefined;
}

export function memberOf(body: Json | undefined, name: string): Json | undefined {
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.hasOwn(body, name)
    ? body[name]
    : undefined;
}
