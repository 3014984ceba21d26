import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { Intake } from "./intake.ts";
import { LineMap } from "./positions.ts";
import type { Positions } from "./positions.ts";

export interface ReadDocument {
  readonly value: Json;
  readonly positions?: Positions;
}

/**
 * Reads JSON (RFC 8259) with the line of every part. `JSON.parse` has no positions, drops digits of numbers and takes the
 * last of two equal keys, all without a word.
 * @throws IntakeStopped at the first break of the syntax, and beyond the limits; the intake has the issue
 */
export function readJson(text: string, intake: Intake): ReadDocument {
  return new JsonReader(text, intake).document();
}

const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON refuses exactly these inside of text
const plainText = /[^"\\\u0000-\u001f]*/y;
const noComments = "Remove the comment, put it into notes, or write the definition in YAML, where # begins one.";
const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class JsonReader {
  readonly #text: string;
  readonly #intake: Intake;
  readonly #lines = new LineMap();
  #at = 0;
  #line = 1;

  constructor(text: string, intake: Intake) {
    this.#text = text;
    this.#intake = intake;
  }

  document(): ReadDocument {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    this.#skip();
    const line = this.#line;
    const value = this.#value("", 0);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail("", "Something stands behind the end of the document.");
    return { value, positions: this.#lines.positions(value, line) };
  }

  #value(pointer: string, depth: number): Json {
    this.#intake.enter(depth, pointer, this.#line);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(pointer, depth);
      case "[":
        return this.#array(pointer, depth);
      case '"': {
        const line = this.#line;
        const text = this.#string(pointer);
        this.#intake.text(text, pointer, line);
        return text;
      }
      case "t":
        return this.#word("true", true, pointer);
      case "f":
        return this.#word("false", false, pointer);
      case "n":
        return this.#word("null", null, pointer);
      default:
        return this.#number(pointer);
    }
  }

  #object(pointer: string, depth: number): JsonObject {
    const members: JsonObject = {};
    const lines: { [key: string]: number } = {};
    this.#lines.set(members, lines);
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === "}") {
      this.#at += 1;
      return members;
    }
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail(pointer, "A key in double quotes is expected here.");
      const line = this.#line;
      const key = this.#string(pointer);
      const at = pointer + pointerToken(key);
      this.#intake.key(key, at, line, Object.hasOwn(members, key));
      this.#skip();
      if (this.#text[this.#at] !== ":") this.#fail(at, "A colon is expected behind the key.");
      this.#at += 1;
      this.#skip();
      const value = this.#value(at, depth + 1);
      own(members, key, value);
      own(lines, key, line);
      this.#skip();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === "}") return members;
      if (next !== ",") this.#fail(at, "A comma or } is expected here.", -1);
      this.#skip();
    }
  }

  #array(pointer: string, depth: number): Json[] {
    const items: Json[] = [];
    const lines: number[] = [];
    this.#lines.set(items, lines);
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === "]") {
      this.#at += 1;
      return items;
    }
    for (;;) {
      lines.push(this.#line);
      items.push(this.#value(pointer + "/" + items.length, depth + 1));
      this.#skip();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === "]") return items;
      if (next !== ",") this.#fail(pointer, "A comma or ] is expected here.", -1);
      this.#skip();
    }
  }

  #string(pointer: string): string {
    let text = "";
    this.#at += 1;
    for (;;) {
      plainText.lastIndex = this.#at;
      const plain = plainText.exec(this.#text)?.[0] ?? "";
      text += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at += 1;
        return text;
      }
      if (next === undefined) this.#fail(pointer, "The text begun here has no closing quote.");
      if (next !== "\\")
        this.#fail(pointer, "A line break or control character inside of text is written as an escape, such as \\n.");
      text += this.#escape(pointer);
    }
  }

  #escape(pointer: string): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail(pointer, "\\u takes four hexadecimal digits.");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (character === undefined) this.#fail(pointer, `\\${letter} is no escape of JSON.`);
    this.#at += 2;
    return character as string;
  }

  #number(pointer: string): number {
    numberToken.lastIndex = this.#at;
    const token = numberToken.exec(this.#text)?.[0];
    if (token === undefined || token === "") {
      this.#fail(pointer, this.#at >= this.#text.length ? "The document ends too early." : "A value is expected here.");
    }
    this.#at += (token as string).length;
    const value = Number(token);
    this.#intake.number(value, token as string, pointer, this.#line);
    return value;
  }

  #word<Value extends Json>(word: string, value: Value, pointer: string): Value {
    if (!this.#text.startsWith(word, this.#at)) this.#fail(pointer, "A value is expected here.");
    this.#at += word.length;
    return value;
  }

  #skip(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === 10) this.#line += 1;
      else if (unit !== 32 && unit !== 9 && unit !== 13) return;
      this.#at += 1;
    }
  }

  #fail(pointer: string, message: string, offset = 0): never {
    if (/\/[/*]/y.test(this.#text.slice(this.#at + offset, this.#at + offset + 2)))
      return this.#intake.stop("JSON_SYNTAX", pointer, this.#line, "JSON has no comments.", noComments);
    const found = this.#text[this.#at + offset];
    const seen = found === undefined ? "the end of the text" : JSON.stringify(found);
    return this.#intake.stop("JSON_SYNTAX", pointer, this.#line, `${message} Found: ${seen}.`);
  }
}

/** Sets an own member, whatever its name: `__proto__` too, which is refused by the intake but must not do harm before. */
export function own<Value>(members: { [key: string]: Value }, key: string, value: Value): void {
  if (key === "__proto__")
    Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
  else members[key] = value;
}
