import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). The nonce is random: under one key 2^32 seals are safe.
 * @param context what is sealed and for whom; whoever opens it must name the same
 */
export function seal(key: Uint8Array, plain: Uint8Array, context: readonly (string | number)[]): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(additional(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when key or context are others than when it was sealed, or a byte has changed */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: readonly (string | number)[]): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error("Sealed bytes are cut off");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(additional(context))
    .setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]);
}

function additional(context: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(context), "utf8");
}
