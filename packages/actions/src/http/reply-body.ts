import { parseTakenJson, takeJson } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { mediaType } from "./headers.ts";

/** The body of an answer as a value, and the places, `<pointer> <code>`, where it could not be kept as it came (the pointer of the whole body is empty). */
export interface ReplyBody {
  readonly body: Json;
  /** Set when `body` is the base64 text of bytes that are no text. */
  readonly bodyEncoding?: "base64";
  readonly adjusted: string[];
}

/**
 * JSON by its media type becomes a value, text a string, everything else base64. An empty body is null. Without a
 * media type the bytes decide. A body that is called JSON and is none stays text, noted as BODY_NOT_JSON.
 */
export function replyBody(bytes: Uint8Array, contentType: string | undefined): ReplyBody {
  if (bytes.length === 0) return { body: null, adjusted: [] };
  const type = mediaType(contentType);
  if (isJsonType(type)) return jsonBody(bytes, "BODY_NOT_JSON");
  if (isTextType(type)) return textBody(bytes, charsetOf(contentType));
  if (type === "" && isUtf8Text(bytes)) return jsonBody(bytes);
  return { body: Buffer.from(bytes).toString("base64"), bodyEncoding: "base64", adjusted: [] };
}

function jsonBody(bytes: Uint8Array, noteWhenText?: string): ReplyBody {
  const parsed = parseTakenJson(new TextDecoder().decode(bytes));
  if (parsed !== undefined) return { body: parsed.value, adjusted: parsed.adjusted };
  const text = textBody(bytes, "utf-8");
  return noteWhenText === undefined ? text : { ...text, adjusted: [` ${noteWhenText}`, ...text.adjusted] };
}

function textBody(bytes: Uint8Array, charset: string): ReplyBody {
  const text = decoded(bytes, charset);
  const taken = takeJson(text.value);
  const body = "value" in taken ? taken.value : text.value;
  const adjusted = "value" in taken ? taken.adjusted : [];
  return { body, adjusted: text.exact || adjusted.length > 0 ? adjusted : [" TEXT_NOT_STORABLE"] };
}

function decoded(bytes: Uint8Array, charset: string): { value: string; exact: boolean } {
  try {
    return { value: new TextDecoder(charset, { fatal: true }).decode(bytes), exact: true };
  } catch {
    return { value: new TextDecoder().decode(bytes), exact: false };
  }
}

function isJsonType(type: string): boolean {
  return type === "application/json" || type === "text/json" || type.endsWith("+json");
}

const textTypes: ReadonlySet<string> = new Set([
  "application/graphql",
  "application/javascript",
  "application/jwt",
  "application/sql",
  "application/toml",
  "application/x-ndjson",
  "application/x-www-form-urlencoded",
  "application/x-yaml",
  "application/xml",
  "application/yaml",
]);

function isTextType(type: string): boolean {
  return type.startsWith("text/") || type.endsWith("+xml") || textTypes.has(type);
}

function charsetOf(contentType: string | undefined): string {
  return /;\s*charset="?([^\s";]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
}

function isUtf8Text(bytes: Uint8Array): boolean {
  return !bytes.includes(0) && decoded(bytes, "utf-8").exact;
}
