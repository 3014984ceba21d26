import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { MainspringError, parseTakenJson, takeJson } from "@mainspring/core";
import type { Json, TakenJson } from "@mainspring/core";
import { headerOf } from "./schemes/scheme.ts";
import type { WebhookCall, WebhookScheme } from "./schemes/scheme.ts";

/** How a call's body is to be read; undefined when it is neither JSON nor a form. */
export type BodyKind = "json" | "form";

/** By `Content-Type`. An empty body without one is read as JSON, which it is not. */
export function bodyKind(headers: IncomingHttpHeaders, body: Uint8Array): BodyKind | undefined {
  const type = headerOf(headers, "content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || /^application\/[\w.+-]+\+json$/.test(type)) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  return type === "" && body.length === 0 ? "json" : undefined;
}

// What is not UTF-8 becomes U+FFFD, as other text that cannot be stored.
const lenient = new TextDecoder("utf-8");
const strict = new TextDecoder("utf-8", { fatal: true });

/**
 * The body of a call whose signature is right.
 * @throws MainspringError BODY_NOT_JSON
 */
export function readCallBody(scheme: WebhookScheme, kind: BodyKind, body: Buffer): TakenJson {
  const { text, isExact } = decode(body);
  const read = kind === "json" ? parseTakenJson(text) : readForm(scheme, text);
  if (read === undefined)
    throw new MainspringError("BODY_NOT_JSON", {}, "the body, or the part of it that should be JSON, is not JSON");
  return isExact ? read : { value: read.value, adjusted: [" TEXT_NOT_STORABLE", ...read.adjusted] };
}

function decode(body: Buffer): { readonly text: string; readonly isExact: boolean } {
  try {
    return { text: strict.decode(body), isExact: true };
  } catch {
    return { text: lenient.decode(body), isExact: false };
  }
}

function readForm(scheme: WebhookScheme, text: string): TakenJson | undefined {
  const fields = new URLSearchParams(text);
  const json = scheme.jsonOfForm?.(fields) ?? null;
  return json === null ? takenFields(fields) : parseTakenJson(json);
}

/** A field that comes once is a text, a repeated one the list of its texts. */
export function takenFields(fields: URLSearchParams): TakenJson {
  const lists = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  const taken = takeJson(
    Object.fromEntries([...lists].map(([name, list]) => [name, list.length === 1 ? list[0] : list])),
  );
  // Texts and lists of them are JSON.
  if (!("value" in taken)) throw new TypeError(taken.message);
  return taken;
}

/** As the inbox keeps them. */
export const eventTextMax = 200;

/**
 * Id and name of a call's event, after the scheme's rules: an id that the call lacks is the SHA-256 of the body, a name
 * `webhook.<endpoint>`. One that the inbox could not keep counts as lacking.
 */
export function nameCall(
  scheme: WebhookScheme,
  key: string,
  call: Pick<WebhookCall, "headers" | "body">,
  body: Json,
): { readonly id: string; readonly name: string } {
  const named = scheme.nameEvent(call.headers, body);
  return {
    id: kept(named.id) ?? createHash("sha256").update(call.body).digest("hex"),
    name: kept(named.name) ?? `webhook.${key}`,
  };
}

function kept(text: string | undefined): string | undefined {
  return text !== undefined && text.trim() !== "" && text.length <= eventTextMax ? text : undefined;
}
