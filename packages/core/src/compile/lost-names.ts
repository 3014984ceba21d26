import type { Json, JsonObject } from "../values/json.ts";
import { nearestName } from "../values/nearest.ts";
import { parseTarget } from "./target.ts";

/**
 * Names that parts of a definition would have set, had they been readable: those of targets that are none, and those in
 * parts of the wrong shape. That nothing else sets such a name is no problem of its own.
 */
export class LostNames {
  readonly #names = new Set<string>();
  /** Targets that cannot be read, letters and digits only. */
  readonly #texts = new Set<string>();
  #anyName = false;
  #steps = false;

  /** Whether nothing is lost. */
  get isEmpty(): boolean {
    return !this.#anyName && !this.#steps && this.#names.size === 0 && this.#texts.size === 0;
  }

  /** What cannot be read there may have set any name. */
  anyName(): void {
    this.#anyName = true;
    this.#steps = true;
  }

  target(text: string): void {
    const name = parseTarget(text)?.[1];
    if (name === undefined) this.#texts.add(letters(text.replace(/^\W*(?:vars|payload)(?![\p{L}\p{N}])/u, "")));
    else this.#names.add(name);
  }

  /** A field of no known name. Its text may have been meant as a target, under whatever name. */
  unknownField(key: string, given: Json): void {
    if (typeof given === "string" && fieldLike(key) === undefined) {
      if (parseTarget(given) !== undefined) this.target(given);
    } else this.part(key, given);
  }

  /**
   * A part that is looked at no further, or null for one that is missing.
   * @param key the field that it stands in, which may be misspelt
   */
  part(key: string, given: Json): void {
    const field = fieldLike(key);
    if (field !== undefined && blockFields.has(field)) this.#steps = true;
    if (typeof given === "object" && given !== null) this.#members(field ?? key, given);
    else if (field === undefined || field === "output") return;
    else if (targetFields.has(field) && typeof given === "string") this.target(given);
    else this.#anyName = true;
  }

  /**
   * Whether it may be for a lost part alone that a name is never set, or only sometimes.
   * @param missed every name that is read and not set
   */
  explain(missed: ReadonlySet<string>): (name: string, when: "never" | "sometimes") => boolean {
    const texts = [...this.#texts];
    const wanted = [...missed].map(letters);
    const anyName =
      this.#anyName ||
      texts.length * wanted.length > comparisonsMax ||
      texts.some((text) => !wanted.some((name) => resembles(text, name)));
    return (name, when) =>
      anyName ||
      // Whether a way is left before its end is not known either.
      (when === "sometimes" && this.#steps) ||
      this.#names.has(name) ||
      texts.some((text) => resembles(text, letters(name)));
  }

  #members(field: string, given: Json[] | JsonObject): void {
    if (Array.isArray(given)) {
      for (const one of given) this.part(field, one);
    } else if (assignFields.has(field)) {
      for (const target of Object.keys(given)) this.target(target);
    } else if (targetFields.has(field) && field !== "collect") this.#anyName = true;
    else for (const [key, member] of Object.entries(given)) this.part(key, member);
  }
}

const targetFields: ReadonlySet<string> = new Set(["saveAs", "captureErrorAs", "itemVar", "collect"]);
/** `output` of a `control.return` is a value, of which nothing is set. */
const assignFields: ReadonlySet<string> = new Set(["assign", "output"]);
const blockFields: ReadonlySet<string> = new Set([
  ...["steps", "then", "else", "cases", "default", "body", "branches", "try", "catch", "finally", "compensate"],
]);
const fields: readonly string[] = [...targetFields, ...assignFields, ...blockFields];
/** They are like one of the fields, and mean something else. */
const others: ReadonlySet<string> = new Set(["when", "catchOn"]);

/** The field that sets names, or holds steps that do, which the key is or may be meant to be. */
function fieldLike(key: string): string | undefined {
  return others.has(key) ? undefined : nearestName(key, fields);
}

/** A definition with thousands of slips must not take minutes to refuse. */
const comparisonsMax = 1_000_000;

/** Whether an unreadable target may well have meant that name, both as letters and digits alone. A text like no name may have meant any. */
function resembles(text: string, name: string): boolean {
  const [short, long] = text.length < name.length ? [text, name] : [name, text];
  return short === long || (short.length > 2 && long.includes(short));
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
