/*
 * SHA-256 (FIPS 180-4) over the UTF-8 bytes of a string, in plain TypeScript: workflow code runs where there is no
 * node:crypto, and needs the hash synchronously. The message schedule is the only memory, and it is reused: no call
 * can be interrupted by another, since nothing here waits.
 */
const roundConstants = Int32Array.from(firstPrimes(64), (prime) => fractionBits(Math.cbrt(prime)));
const initialState = Int32Array.from(firstPrimes(8), (prime) => fractionBits(Math.sqrt(prime)));
const schedule = new Int32Array(64);
const state = new Int32Array(8);
const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

/**
 * The SHA-256 of the UTF-8 bytes of `text`, as 64 lower-case hexadecimal digits. A lone surrogate counts as U+FFFD,
 * as in every UTF-8 encoder.
 */
export function sha256Hex(text: string): string {
  state.set(initialState);
  let word = 0;
  let filled = 0; // bytes in the current block
  let bytes = 0; // bytes in finished blocks
  const length = text.length;
  for (let i = 0; i < length; i += 1) {
    let point = text.charCodeAt(i);
    // One to four bytes of a code point, packed into an integer, most significant byte first.
    let encoded: number;
    let size: number;
    if (point < 0x80) {
      encoded = point;
      size = 1;
    } else if (point < 0x800) {
      encoded = ((0xc0 | (point >> 6)) << 8) | (0x80 | (point & 63));
      size = 2;
    } else {
      if (point >= 0xd800 && point <= 0xdfff) {
        const next = i + 1 < length ? text.charCodeAt(i + 1) : 0;
        if (point < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
          point = 0x10000 + ((point - 0xd800) << 10) + (next - 0xdc00);
          i += 1;
        } else {
          point = 0xfffd;
        }
      }
      if (point < 0x10000) {
        encoded = ((0xe0 | (point >> 12)) << 16) | ((0x80 | ((point >> 6) & 63)) << 8) | (0x80 | (point & 63));
        size = 3;
      } else {
        encoded =
          ((0xf0 | (point >> 18)) << 24) |
          ((0x80 | ((point >> 12) & 63)) << 16) |
          ((0x80 | ((point >> 6) & 63)) << 8) |
          (0x80 | (point & 63));
        size = 4;
      }
    }
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      word = (word << 8) | ((encoded >>> shift) & 255);
      filled += 1;
      if ((filled & 3) === 0) {
        schedule[(filled >> 2) - 1] = word;
        if (filled === 64) {
          compress();
          bytes += 64;
          filled = 0;
        }
      }
    }
  }
  bytes += filled;
  finish(word, filled, bytes);
  let hex = "";
  for (let i = 0; i < 8; i += 1) {
    const part = state[i] as number;
    hex +=
      (hexBytes[part >>> 24] as string) +
      (hexBytes[(part >>> 16) & 255] as string) +
      (hexBytes[(part >>> 8) & 255] as string) +
      (hexBytes[part & 255] as string);
  }
  return hex;
}

/** Appends the bit 1, zeros and the length in bits, and compresses the last one or two blocks. */
function finish(word: number, filled: number, bytes: number): void {
  const inWord = filled & 3;
  let at = filled >> 2;
  schedule[at] = ((word << 8) | 0x80) << ((3 - inWord) * 8);
  at += 1;
  if (at > 14) {
    if (at === 15) schedule[15] = 0;
    compress();
    at = 0;
  }
  for (; at < 14; at += 1) schedule[at] = 0;
  schedule[14] = (bytes / 0x20000000) | 0;
  schedule[15] = (bytes << 3) | 0;
  compress();
}

function compress(): void {
  const w = schedule;
  const k = roundConstants;
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
  state[4] = ((state[4] as number) + e) | 0;
  state[5] = ((state[5] as number) + f) | 0;
  state[6] = ((state[6] as number) + g) | 0;
  state[7] = ((state[7] as number) + h) | 0;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}

/** The first 32 bits of the fraction of `x`. */
function fractionBits(x: number): number {
  return ((x - Math.floor(x)) * 0x100000000) | 0;
}
