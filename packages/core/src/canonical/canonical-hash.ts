import { canonicalJson } from "./canonical-json.ts";
import { sha256Hex } from "./sha256.ts";

/** The SHA-256 of the canonical JSON of a value, as 64 lower-case hexadecimal digits. */
export function canonicalHash(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
