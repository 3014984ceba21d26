import { spend, valueFault } from "../run.ts";
import { defineFunction } from "../signature.ts";
import type { BuiltIn } from "../signature.ts";
import type { Value } from "../value.ts";

const { encodeURI: encodeUri, encodeURIComponent: encodeUriComponent } = globalThis;
const { decodeURI: decodeUri, decodeURIComponent: decodeUriComponent } = globalThis;
const fromCharCode = String.fromCharCode;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const encodingFunctions = [
  coding("base64encode", base64),
  coding("base64decode", fromBase64),
  coding("encodeUrlComponent", (text) => wellFormed("encodeUrlComponent", encodeUriComponent, text)),
  coding("encodeUrl", (text) => wellFormed("encodeUrl", encodeUri, text)),
  coding("decodeUrlComponent", (text) => wellFormed("decodeUrlComponent", decodeUriComponent, text)),
  coding("decodeUrl", (text) => wellFormed("decodeUrl", decodeUri, text)),
];

function coding(name: string, convert: (text: string) => string): BuiltIn {
  return defineFunction(name, "s-", (args, run) => {
    const text = args[0] as Value;
    if (text === undefined) return undefined;
    spend(run, (text as string).length >> 3);
    return convert(text as string);
  });
}

function wellFormed(name: string, convert: (text: string) => string, text: string): string {
  try {
    return convert(text);
  } catch {
    throw valueFault("D3140", `$${name} was given a malformed text`);
  }
}

/** Base64 of one byte per character: its lowest eight bits, as in JSONata. */
function base64(text: string): string {
  let encoded = "";
  for (let i = 0; i < text.length; i += 3) {
    const left = text.length - i;
    const bits =
      ((text.charCodeAt(i) & 255) << 16) |
      (left > 1 ? (text.charCodeAt(i + 1) & 255) << 8 : 0) |
      (left > 2 ? text.charCodeAt(i + 2) & 255 : 0);
    encoded += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    encoded += left > 1 ? alphabet.charAt((bits >> 6) & 63) : "=";
    encoded += left > 2 ? alphabet.charAt(bits & 63) : "=";
  }
  return encoded;
}

/** One character per byte. Ends at the first `=`; what is no digit of base64 is passed over; `-` and `_` are digits too. */
function fromBase64(text: string): string {
  let decoded = "";
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text.charAt(i);
    if (letter === "=") break;
    const digit = letter === "-" ? 62 : letter === "_" ? 63 : alphabet.indexOf(letter);
    if (digit < 0) continue;
    bits = ((bits << 6) | digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      decoded += fromCharCode((bits >> held) & 255);
    }
  }
  return decoded;
}
