import { keyIsRefused } from "./keys.ts";
import { pointerToken } from "./pointer.ts";
import { textIsStorable } from "./text.ts";

/** Why a value that people send us is refused. */
export type InputProblemCode = "NUMBER_NOT_EXACT" | "TEXT_NOT_STORABLE" | "KEY_REFUSED" | "VALUE_TOO_DEEP";

export interface InputProblem {
  readonly code: InputProblemCode;
  /** RFC 6901 pointer to the value; for a refused key, to the member that has it. */
  readonly pointer: string;
}

/** Arrays and objects nested deeper than this are refused, so that no reader of a value exhausts its stack. */
export const valueNestingMax = 256;

const problemsMax = 50;
const isArray = Array.isArray;
const keysOf = Object.keys;
const isInteger = Number.isInteger;
const isSafeInteger = Number.isSafeInteger;
const isFinite = Number.isFinite;

/**
 * What makes a value that people send us (definition, payload, event, answer) unacceptable, in document order, at most
 * 50 problems. None: the value can be stored, hashed and read back exactly.
 */
export function checkInput(value: unknown): InputProblem[] {
  const problems: InputProblem[] = [];
  visit(value, "", 0, problems);
  return problems;
}

function visit(value: unknown, pointer: string, depth: number, problems: InputProblem[]): void {
  if (problems.length >= problemsMax) return;
  switch (typeof value) {
    case "number":
      if (!isFinite(value) || (isInteger(value) && !isSafeInteger(value)))
        problems.push({ code: "NUMBER_NOT_EXACT", pointer });
      return;
    case "string":
      if (!textIsStorable(value)) problems.push({ code: "TEXT_NOT_STORABLE", pointer });
      return;
    case "object": {
      if (value === null) return;
      if (depth >= valueNestingMax) {
        problems.push({ code: "VALUE_TOO_DEEP", pointer });
        return;
      }
      if (isArray(value)) {
        for (let i = 0; i < value.length; i += 1) visit(value[i], pointer + "/" + i, depth + 1, problems);
        return;
      }
      const members = value as Record<string, unknown>;
      for (const key of keysOf(members)) {
        const at = pointer + pointerToken(key);
        if (keyIsRefused(key)) problems.push({ code: "KEY_REFUSED", pointer: at });
        else if (!textIsStorable(key)) problems.push({ code: "TEXT_NOT_STORABLE", pointer: at });
        visit(members[key], at, depth + 1, problems);
      }
      return;
    }
    default:
      return;
  }
}
