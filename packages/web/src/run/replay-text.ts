import { canonicalJson, placeholderPointers, type Json } from "@mainspring/core";
import { readPayload } from "../workflows/payload-text.ts";

/** What the replay editor holds, against the input that it began with. */
export type ReplayReading =
  /** The same value, however it is laid out: a replay of it sends no payload. */
  | { readonly kind: "same" }
  /** `masked`: pointers at which a placeholder still stands for a value; the server refuses these. */
  | { readonly kind: "edited"; readonly payload: Json; readonly masked: readonly string[] }
  | { readonly kind: "invalid"; readonly problem: string };

export function readReplay(text: string, original: Json): ReplayReading {
  if (text === JSON.stringify(original, undefined, 2)) return { kind: "same" };
  if (text.trim() === "") return { kind: "invalid", problem: "This is not JSON: it is empty." };
  const reading = readPayload(text);
  if (!reading.ok) return { kind: "invalid", problem: reading.problem };
  return canonicalJson(reading.payload) === canonicalJson(original)
    ? { kind: "same" }
    : { kind: "edited", payload: reading.payload, masked: placeholderPointers(reading.payload) };
}
