import { isJsonObject, redactedPlaceholder as scrubbed, type Json } from "@mainspring/core";

/**
 * A text that was cut off may end within a secret, and the next one begin there: so many of its first, or last, characters are enough to be
 * taken for it.
 */
const cutMin = 8;

/**
 * Takes the values of secrets out of whatever leaves an action: as they are, escaped as JSON (twice, too), percent-encoded, as HTML, in
 * hexadecimal and in the three alignments of base64; within longer texts, in keys of objects, and at the end of a text that was cut off, and where the next one goes on.
 */
export class Scrubber {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  add(value: string): void {
    if (value === "" || this.#values.has(value)) return;
    this.#values.add(value);
    this.#pattern = undefined;
    // Of a value of several lines, as keys in PEM are, each is told apart by whoever logs line by line.
    for (const line of /[\r\n]/.test(value) ? value.split(/[\r\n]+/) : [])
      if (line.trim().length >= cutMin) this.add(line.trim());
  }

  text(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= patternOf(this.#values);
    return this.#withoutEnd(this.#withoutBeginning(text.replace(this.#pattern, scrubbed)));
  }

  #withoutEnd(text: string): string {
    const end = text.slice(-cutMin);
    if (end.length < cutMin) return text;
    for (const value of this.#values) {
      // The longest first. The whole value was taken out before.
      for (let at = value.lastIndexOf(end); at >= 0; at = at === 0 ? -1 : value.lastIndexOf(end, at - 1)) {
        const part = value.slice(0, at + cutMin);
        if (text.endsWith(part)) return text.slice(0, -part.length) + scrubbed;
      }
    }
    return text;
  }

  #withoutBeginning(text: string): string {
    const beginning = text.slice(0, cutMin);
    if (beginning.length < cutMin) return text;
    for (const value of this.#values) {
      for (let at = value.indexOf(beginning); at >= 0; at = value.indexOf(beginning, at + 1)) {
        const part = value.slice(at);
        if (text.startsWith(part)) return scrubbed + text.slice(part.length);
      }
    }
    return text;
  }

  /** The same value where nothing of it is secret. */
  json(value: Json): Json {
    if (this.#values.size === 0) return value;
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return this.text(String(value)) === String(value) ? value : scrubbed;
    if (Array.isArray(value)) return value.map((item) => this.json(item as Json));
    if (!isJsonObject(value)) return value;
    const without: { [key: string]: Json } = {};
    for (const [key, member] of Object.entries(value)) {
      let name = this.text(key);
      while (name !== key && Object.hasOwn(without, name)) name += "*";
      without[name] = this.json(member as Json);
    }
    return without;
  }
}

function patternOf(values: ReadonlySet<string>): RegExp {
  const forms = new Set<string>();
  for (const value of values) {
    forms.add(value);
    const written = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]);
    for (const text of written) {
      const bytes = Buffer.from(text, "utf8");
      forms.add(bytes.toString("hex"));
      forms.add(bytes.toString("hex").toUpperCase());
      for (const alignment of [0, 1, 2]) {
        const form = base64Within(bytes, alignment);
        forms.add(form);
        forms.add(form.replaceAll("+", "-").replaceAll("/", "_"));
      }
    }
  }
  // The longest first, so that of two that begin alike the whole is taken.
  const longestFirst = [...forms].filter((form) => form !== "").sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(written).join("|"), "gu");
}

/** The characters of base64 that the bytes alone decide when they begin at `alignment` of a group of three. */
function base64Within(bytes: Buffer, alignment: number): string {
  const text = Buffer.concat([Buffer.alloc(alignment), bytes]).toString("base64");
  return text.slice(Math.ceil((alignment * 8) / 6), Math.floor(((alignment + bytes.length) * 8) / 6));
}

/** A pattern for a text, however it is escaped: each character as it is or in one of the forms that encoders give it. */
function written(text: string): string {
  // A run of backslashes is one piece: each of them for itself would be tried in every way that they can share a longer run.
  return (text.match(/\\+|[^\\]/gsu) ?? []).map(characterPattern).join("");
}

function characterPattern(piece: string): string {
  if (piece.startsWith("\\")) return `(?:\\\\{${piece.length},${4 * piece.length}}|(?:%5[cC]){${piece.length}})`;
  if (/^[A-Za-z0-9]$/.test(piece)) return piece;
  const forms = [literal(piece), percentEncoded(piece), jsonUnits(piece), htmlNumber(piece)];
  const escape = jsonEscapes[piece];
  if (escape !== undefined) forms.push(`\\\\{1,4}${escape}`);
  if (piece === " ") forms.push("\\+");
  const entity = entities[piece];
  if (entity !== undefined) forms.push(entity);
  return `(?:${forms.join("|")})`;
}

const jsonEscapes: { readonly [character: string]: string } = {
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
  '"': '"',
  "/": "\\/",
};
const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function literal(character: string): string {
  return character.replace(/[\^$.*+?()[\]{}|/]/gu, "\\$&");
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character, "utf8")].map((byte) => `%${hexadecimal(byte, 2)}`).join("");
}

function jsonUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, i) => `\\\\{1,4}u${hexadecimal(character.charCodeAt(i), 4)}`,
  ).join("");
}

function htmlNumber(character: string): string {
  const point = character.codePointAt(0) as number;
  return `&#(?:0*${point}|[xX]0*${hexadecimal(point, 1)});`;
}

/** In either case. */
function hexadecimal(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, "0")
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
