import { createHash } from "node:crypto";
import { keyBytes } from "./sealing.ts";

/** Keys that wrap the tenants' keys: the first wraps, all unwrap. They come from configuration and are stored nowhere. */
export interface MasterKeys {
  readonly newest: MasterKey;
  find(id: string): MasterKey | undefined;
}

export interface MasterKey {
  /** The beginning of the key's SHA-256: says which key it was, and nothing about it. */
  readonly id: string;
  readonly key: Uint8Array;
}

export const masterKeysVariable = "MAINSPRING_MASTER_KEYS";

const advice =
  "each is 64 hexadecimal digits from `openssl rand -hex 32`; several are separated by commas, the newest first";
/** So many different bytes has nearly every random key (30 in the mean, under 20 once in 10^9); patterns and words have fewer. */
const differentBytesMin = 20;

/**
 * @param text of {@link masterKeysVariable}
 * @throws Error that names the variable, what is wrong and what to do; never the key
 */
export function parseMasterKeys(text: string | undefined): MasterKeys {
  if (text === undefined || text.trim() === "")
    throw new Error(`${masterKeysVariable} is not set: it holds the keys that protect secrets; ${advice}.`);
  const keys = text.split(",").map((one, i) => parseKey(one.trim(), i + 1));
  return {
    newest: keys[0] as MasterKey,
    find: (id) => keys.find((key) => key.id === id),
  };
}

function parseKey(text: string, place: number): MasterKey {
  const wrong = (what: string): Error => new Error(`${masterKeysVariable}: key ${place} ${what}; ${advice}.`);
  if (!/^[0-9a-fA-F]*$/.test(text) || text.length !== 2 * keyBytes)
    throw wrong(`is not ${2 * keyBytes} hexadecimal digits`);
  const key = Buffer.from(text, "hex");
  if (new Set(key).size < differentBytesMin) throw wrong("can be guessed");
  return { id: createHash("sha256").update(key).digest("hex").slice(0, 16), key };
}
