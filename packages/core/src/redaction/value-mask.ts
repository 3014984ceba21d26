import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { redactedPlaceholder } from "./placeholder.ts";

/** Shorter values are masked only where they stand alone: inside of texts they would be found everywhere. */
const withinTextMinChars = 4;
/** Single digits and letters are masked by the schema alone: as values they are everywhere. */
const aloneMinChars = 2;

const isArray = Array.isArray;

/**
 * Masks values by what they are, wherever a run has carried them: a sensitive input that was assigned to a variable, sent to an action or
 * quoted in an error is the same value there. See docs/decisions/0030-masked-when-read.md.
 */
export class ValueMask {
  /** As text: what stands alone. */
  readonly #alone = new Set<string>();
  /** Longest first, so that of two that overlap no rest remains. */
  #within: string[] = [];
  #masksAll = false;

  /** @param values their scalars count, at any depth; true, false and null are no one's secret by themselves */
  constructor(values: Iterable<Json>) {
    const texts = new Set<string>();
    for (const value of values) collect(value, texts);
    for (const text of texts) {
      if (text.length < aloneMinChars) continue;
      this.#alone.add(text);
      if (text.length < withinTextMinChars) continue;
      this.#within.push(text);
      const inJson = JSON.stringify(text).slice(1, -1);
      if (inJson !== text) this.#within.push(inJson);
    }
    this.#within.sort((a, b) => b.length - a.length);
  }

  /** Of values of which nobody knows any more what is sensitive: every text and number is masked; the names of members stay. */
  static ofEverything(): ValueMask {
    const mask = new ValueMask([]);
    mask.#masksAll = true;
    return mask;
  }

  get isEmpty(): boolean {
    return this.#alone.size === 0 && !this.#masksAll;
  }

  value(value: Json): Json {
    if (this.isEmpty) return value;
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number")
      return this.#masksAll || this.#alone.has(String(value)) ? redactedPlaceholder : value;
    if (isArray(value)) return value.map((item) => this.value(item));
    if (!isJsonObject(value)) return value;
    const result: { [key: string]: Json } = {};
    for (const key of Object.keys(value)) {
      const name = this.#masksAll ? key : this.#free(result, this.text(key));
      result[name] = this.value(value[key] as Json);
    }
    return result;
  }

  text(text: string): string {
    if (this.#masksAll) return text === "" ? text : redactedPlaceholder;
    if (this.#alone.has(text)) return redactedPlaceholder;
    let masked = text;
    for (const part of this.#within) if (masked.includes(part)) masked = masked.replaceAll(part, redactedPlaceholder);
    return masked;
  }

  /** Two names that are masked stay two members. */
  #free(taken: { readonly [key: string]: Json }, key: string): string {
    let free = key;
    for (let n = 2; Object.hasOwn(taken, free); n += 1) free = `${key} ${n}`;
    return free;
  }
}

function collect(value: Json, texts: Set<string>): void {
  if (typeof value === "string") texts.add(value);
  else if (typeof value === "number") texts.add(String(value));
  else if (isArray(value)) for (const item of value) collect(item, texts);
  else if (isJsonObject(value)) for (const member of Object.values(value)) collect(member as Json, texts);
}
