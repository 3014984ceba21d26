import type { Payload } from "@temporalio/common";

/** Encodings of ours beside Temporal's `json/plain`. */
export const encodings = {
  json: "json/plain",
  none: "binary/null",
  /** Content: a program's JSON. */
  program: "mainspring/program",
  /** Content: payloads in a frame, see frame.ts. */
  parts: "mainspring/parts",
  /** Content: the SHA-256 of the original content in hex; the original's metadata stay beside it. */
  reference: "mainspring/reference",
  /** Content: a payload in a frame, sealed under the key that the metadata name. */
  sealed: "binary/encrypted",
} as const;

/** Keys of payload metadata. */
export const metadataKeys = {
  encoding: "encoding",
  tenant: "mainspring-tenant",
  inline: "mainspring-inline",
  programHash: "mainspring-program",
  /** Version of the tenant's key. */
  keyVersion: "mainspring-key",
  /** The encoding that a reference stands for. */
  referred: "mainspring-referred",
} as const;

/** Metadata are short ASCII strings: read and written without TextDecoder, which costs more in the sandbox. */
export function metadataOf(payload: Payload, key: string): string | undefined {
  const bytes = payload.metadata?.[key];
  if (bytes === undefined || bytes === null) return undefined;
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += fromCharCode(bytes[i] as number);
  return text;
}

export function metadataBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const fromCharCode = String.fromCharCode;
