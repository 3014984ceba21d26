import type { Payload } from "@temporalio/common";

/**
 * Payloads within one payload's data. Layout: for each payload a 4-byte count of its metadata, per entry two sized byte strings
 * (key, value), then its sized data; a size is 4 bytes, big-endian. The frame begins with the 4-byte count of payloads.
 */
export function frame(payloads: readonly Payload[]): Uint8Array {
  const chunks: Uint8Array[] = [size(payloads.length)];
  for (const payload of payloads) {
    const metadata = Object.entries(payload.metadata ?? {});
    chunks.push(size(metadata.length));
    for (const [key, value] of metadata) {
      chunks.push(size(key.length), ascii(key), size(value.length), value);
    }
    const data = payload.data ?? new Uint8Array(0);
    chunks.push(size(data.length), data);
  }
  return concatenated(chunks);
}

/** @throws RangeError when the bytes end before what they announce */
export function unframe(bytes: Uint8Array): Payload[] {
  let at = 0;
  const readSize = (): number => {
    if (at + 4 > bytes.length) throw new RangeError("A frame of payloads is cut off");
    const value = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    at += 4;
    return value;
  };
  const readBytes = (): Uint8Array => {
    const length = readSize();
    if (at + length > bytes.length) throw new RangeError("A frame of payloads is cut off");
    const part = bytes.subarray(at, at + length);
    at += length;
    return part;
  };
  const payloads: Payload[] = [];
  const count = readSize();
  for (let i = 0; i < count; i++) {
    const metadata: Record<string, Uint8Array> = {};
    const entries = readSize();
    for (let j = 0; j < entries; j++) {
      const key = String.fromCharCode(...readBytes());
      metadata[key] = readBytes();
    }
    payloads.push({ metadata, data: readBytes() });
  }
  return payloads;
}

function size(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
