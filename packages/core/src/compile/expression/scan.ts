import { textIsStorable } from "../../values/text.ts";
import type { Refusal } from "./refusal.ts";

export const nestingMax = 64;
/** How many nodes the parser may make, as far as that can be told beforehand. */
export const complexityMax = 20_000;

/** The source as JSONata's parser may read it, or why it may not. */
export type Scan = { readonly text: string; readonly refusals: readonly Refusal[] };

/**
 * Goes over the tokens of an expression before JSONata's parser does: refuses what the parser must not see (regular
 * expressions, and nesting that it would multiply) or would report less well, and turns `==` into `=`. Everything stays
 * at its position.
 */
export function scan(source: string): Scan {
  const scanner = new Scanner(source);
  return scanner.scan();
}

interface Level {
  /** Nodes of the operand that is being read, an upper bound. */
  current: number;
  /** Nodes of the operands before it. */
  done: number;
}

class Scanner {
  readonly #source: string;
  readonly #refusals: Refusal[] = [];
  readonly #levels: Level[] = [{ current: 0, done: 0 }];
  #text = "";
  #copied = 0;
  #at = 0;
  /** Whether an operand must come next: there a `/` begins a regular expression, and `*` and `%` are no operators. */
  #wantsOperand = true;

  constructor(source: string) {
    this.#source = source;
  }

  scan(): Scan {
    while (this.#at < this.#source.length && this.#refusals.length === 0) this.#token();
    return { text: this.#text + this.#source.slice(this.#copied), refusals: this.#refusals };
  }

  #token(): void {
    const source = this.#source;
    const letter = source.charAt(this.#at);
    if (isSpace(letter)) {
      this.#at += 1;
      return;
    }
    if (letter === "/" && source.charAt(this.#at + 1) === "*") {
      const end = source.indexOf("*/", this.#at + 2);
      this.#at = end < 0 ? source.length : end + 2;
      return;
    }
    this.#level().current += 1;
    if (letter === '"' || letter === "'") this.#string(letter);
    else if (letter === "`") this.#quotedName();
    else if (letter >= "0" && letter <= "9") this.#number();
    else if (operatorLetters.includes(letter)) this.#operator(letter);
    else this.#name();
  }

  #operator(letter: string): void {
    const pair = this.#source.slice(this.#at, this.#at + 2);
    if (pair === "==") {
      // A blank takes the place of the second sign, so that later positions stay true.
      this.#text += this.#source.slice(this.#copied, this.#at) + "= ";
      this.#copied = this.#at + 2;
      this.#move(2, true);
      return;
    }
    if (pair === "**") {
      this.#move(2, !this.#wantsOperand);
      return;
    }
    if (pair === "?:" || pair === "??") {
      // The parser copies the left side.
      this.#endOperand(2);
      this.#move(2, true);
      return;
    }
    if (pairs.includes(pair)) {
      this.#move(2, true);
      return;
    }
    switch (letter) {
      case "/":
        if (this.#wantsOperand) this.#refuse("EXPR_REGEX_REFUSED", "A regular expression is refused");
        break;
      case "%":
        if (this.#wantsOperand) this.#refuse("EXPR_PARENT_REFUSED", "The parent operator % is refused");
        break;
      case "|":
        if (this.#wantsOperand) this.#refuse("EXPR_TRANSFORM_REFUSED", "The transform operator | is refused");
        break;
      case "@":
      case "#":
        this.#refuse("EXPR_JOIN_REFUSED", `The operator ${letter} is refused`);
        break;
      case "*":
        this.#move(1, !this.#wantsOperand);
        return;
      case "(":
      case "[":
      case "{":
        this.#levels.push({ current: 0, done: 0 });
        if (this.#levels.length > nestingMax + 1) {
          this.#refuse("EXPR_TOO_DEEP", `Brackets are nested more than ${nestingMax} levels deep`);
        }
        break;
      case ")":
      case "]":
      case "}":
        this.#closeBracket();
        this.#move(1, false);
        return;
      case ",":
      case ";":
      case ":":
      case "?":
        this.#endOperand(1);
        break;
      default:
        break;
    }
    this.#move(1, true);
  }

  #endOperand(copies: number): void {
    const level = this.#level();
    level.done += copies * level.current;
    level.current = 0;
    if (level.done > complexityMax) this.#refuse("EXPR_TOO_COMPLEX", "Nested defaults make the expression too large");
  }

  #closeBracket(): void {
    if (this.#levels.length === 1) return;
    const closed = this.#levels.pop() as Level;
    const level = this.#level();
    level.current += closed.current + closed.done;
    if (level.current > complexityMax)
      this.#refuse("EXPR_TOO_COMPLEX", "Nested defaults make the expression too large");
  }

  /** A text in quotes. An unfinished one or a wrong escape is left to the parser to report. */
  #string(quote: string): void {
    const source = this.#source;
    const start = this.#at;
    let text = "";
    let at = start + 1;
    for (; at < source.length && source.charAt(at) !== quote; at += 1) {
      if (source.charAt(at) !== "\\") {
        text += source.charAt(at);
        continue;
      }
      at += 1;
      if (source.charAt(at) !== "u") continue;
      const digits = source.slice(at + 1, at + 5);
      text += isHex(digits) ? String.fromCharCode(parseInt(digits, 16)) : "";
      at += 4;
    }
    if (!textIsStorable(text))
      this.#refuse("TEXT_NOT_STORABLE", "The text has a NUL character or half of a surrogate pair");
    this.#at = at + 1;
    this.#wantsOperand = false;
  }

  #quotedName(): void {
    const end = this.#source.indexOf("`", this.#at + 1);
    this.#at = end < 0 ? this.#source.length : end + 1;
    this.#wantsOperand = false;
  }

  #number(): void {
    const source = this.#source;
    let end = this.#at;
    const digits = () => {
      while (source.charAt(end) >= "0" && source.charAt(end) <= "9") end += 1;
    };
    digits();
    if (source.charAt(end) === "." && isDigit(source.charAt(end + 1))) {
      end += 1;
      digits();
    }
    if (source.charAt(end) === "e" || source.charAt(end) === "E") {
      const sign = source.charAt(end + 1) === "-" || source.charAt(end + 1) === "+" ? 1 : 0;
      if (isDigit(source.charAt(end + 1 + sign))) {
        end += 1 + sign;
        digits();
      }
    }
    const value = Number(source.slice(this.#at, end));
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      this.#refuse("NUMBER_NOT_EXACT", "An integer this large cannot be held exactly");
    }
    this.#at = end;
    this.#wantsOperand = false;
  }

  #name(): void {
    const start = this.#at;
    let end = start;
    while (
      end < this.#source.length &&
      !isSpace(this.#source.charAt(end)) &&
      !operatorLetters.includes(this.#source.charAt(end))
    ) {
      end += 1;
    }
    const word = this.#source.slice(start, end);
    const isOperator = !this.#wantsOperand && (word === "and" || word === "or" || word === "in");
    this.#move(end - start, isOperator);
  }

  #move(length: number, wantsOperand: boolean): void {
    this.#at += length;
    this.#wantsOperand = wantsOperand;
  }

  #level(): Level {
    return this.#levels[this.#levels.length - 1] as Level;
  }

  #refuse(code: Refusal["code"], message: string): void {
    this.#refusals.push({ code, message, position: this.#at });
  }
}

/** Where a name ends, besides at white space. */
const operatorLetters = ".[]{}(),@#;:?+-*/%|=<>^&!~";

/** Operators of two letters, besides those that need care. */
const pairs = ["..", ":=", "!=", ">=", "<=", "~>"];

function isSpace(letter: string): boolean {
  return letter === " " || letter === "\t" || letter === "\n" || letter === "\r" || letter === "\v";
}

function isDigit(letter: string): boolean {
  return letter >= "0" && letter <= "9";
}

function isHex(digits: string): boolean {
  if (digits.length !== 4) return false;
  for (const digit of digits) {
    const lower = digit.toLowerCase();
    if (!isDigit(digit) && !(lower >= "a" && lower <= "f")) return false;
  }
  return true;
}
