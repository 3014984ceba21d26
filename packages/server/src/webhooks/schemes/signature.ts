import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const digestBytes = 32;
/** More signatures than that are no rotation but an attempt to make us work. */
const signaturesMax = 16;
// Stands for what is no signature at all, so that comparing takes as long.
const noSignature = randomBytes(digestBytes);

/**
 * Whether one of `signatures` is HMAC-SHA-256 of the parts under one of `keys`. Everything is computed and compared in any case, so that
 * the time tells neither which key, nor which signature, nor how much of it was right.
 */
export function isSigned(
  parts: readonly (string | Uint8Array)[],
  keys: readonly Uint8Array[],
  signatures: readonly (Uint8Array | undefined)[],
): boolean {
  const given = signatures.slice(0, signaturesMax);
  let found = 0;
  // Without any key the work is done under one that nobody has.
  for (const key of keys.length === 0 ? [randomBytes(digestBytes)] : keys) {
    const hmac = createHmac("sha256", key);
    // Headers are read as latin1: this gives their bytes back.
    for (const part of parts) hmac.update(typeof part === "string" ? Buffer.from(part, "latin1") : part);
    const expected = hmac.digest();
    for (const signature of given) {
      const compared = signature?.length === digestBytes ? signature : noSignature;
      found |= Number(timingSafeEqual(expected, compared));
    }
  }
  return found === 1;
}

/** @returns undefined when it is not 64 hexadecimal digits */
export function hexSignature(text: string): Buffer | undefined {
  return /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : undefined;
}

/** @returns undefined when it is no base64 */
export function base64Bytes(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** Secrets of these schemes are texts, whose UTF-8 is the key. */
export function textKeys(secrets: readonly string[]): Buffer[] {
  return secrets.map((secret) => Buffer.from(secret, "utf8"));
}

/** As many random bits as the signature has, in letters and digits that nothing has to quote. */
export function newTextSecret(): string {
  return randomBytes(digestBytes).toString("hex");
}
