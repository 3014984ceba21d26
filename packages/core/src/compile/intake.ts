import { errors } from "../errors/errors.ts";
import type { ErrorCode } from "../errors/errors.ts";
import { definitionTextMaxBytes } from "../definition/definition.ts";
import { shown } from "../definition/value.ts";
import type { Issue } from "../values/issue.ts";
import { keyIsRefused } from "../values/keys.ts";
import { textIsStorable } from "../values/text.ts";

/** Objects and lists of a document nest at most this deep, whatever they mean: deep enough for 64 blocks of any type. */
export const documentNestingMax = 400;
/** More objects, lists and scalars than 2 MiB of text can hold: only aliases and shared references come this far. */
const documentNodesMax = 1_500_000;
export const issuesMax = 1_000;

/** Thrown to stop the reading of a document that is beyond the limits; caught by `parseDefinition`. */
export class IntakeStopped extends Error {}

/**
 * Counts and checks what is read of a document, by whichever reader: numbers that are not exact, texts and keys that
 * are refused, keys given twice, and the limits.
 */
export class Intake {
  readonly issues: Issue[] = [];
  #nodes = 0;
  #bytes = 0;

  add(
    code: ErrorCode,
    pointer: string,
    line: number | undefined,
    message: string,
    remedy: string = errors[code].remedy,
  ): void {
    if (this.issues.length >= issuesMax) return;
    this.issues.push({ code, severity: "error", pointer, message, remedy, ...(line === undefined ? {} : { line }) });
  }

  get isFull(): boolean {
    return this.issues.length >= issuesMax;
  }

  stop(code: ErrorCode, pointer: string, line: number | undefined, message: string, remedy?: string): never {
    this.add(code, pointer, line, message, remedy);
    throw new IntakeStopped(message);
  }

  /** One more object, list or scalar, nested `depth` deep. */
  enter(depth: number, pointer: string, line: number | undefined): void {
    this.#nodes += 1;
    if (depth > documentNestingMax) {
      this.stop(
        "DEFINITION_TOO_LARGE",
        cutPointer(pointer),
        line,
        `This is nested more than ${documentNestingMax} deep.`,
      );
    }
    if (this.#nodes > documentNodesMax)
      this.stop("DEFINITION_TOO_LARGE", "", line, "The definition has too many parts.");
  }

  text(text: string, pointer: string, line: number | undefined): void {
    this.#count(text, line);
    if (!textIsStorable(text))
      this.add("TEXT_NOT_STORABLE", pointer, line, "This text contains a NUL character or half of a surrogate pair.");
  }

  number(value: number, source: string, pointer: string, line: number | undefined): void {
    if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return;
    this.add("NUMBER_NOT_EXACT", pointer, line, `${shown(source)} cannot be kept exactly as a number.`);
  }

  key(key: string, pointer: string, line: number | undefined, twice: boolean): void {
    this.#count(key, line);
    if (twice) this.add("KEY_DUPLICATE", pointer, line, `"${shown(key)}" is there twice in this object.`);
    if (keyIsRefused(key)) this.add("KEY_REFUSED", pointer, line, `The key "${shown(key)}" is never accepted.`);
    else if (!textIsStorable(key))
      this.add("TEXT_NOT_STORABLE", pointer, line, "This key contains a NUL character or half of a surrogate pair.");
  }

  #count(text: string, line: number | undefined): void {
    this.#bytes += text.length;
    // Only aliases and shared references can bring a document over the limit that its text has kept.
    if (this.#bytes > 2 * definitionTextMaxBytes)
      this.stop("DEFINITION_TOO_LARGE", "", line, "Written out, the definition is larger than 2 MiB.");
  }
}

/** Pointers into a document that is nested thousands deep would themselves be too long to read. */
export function cutPointer(pointer: string): string {
  const tokens = pointer.split("/");
  return tokens.length <= 65 ? pointer : tokens.slice(0, 65).join("/");
}
