import { arrayFunctions } from "./array.ts";
import { dateFunctions } from "./date.ts";
import { encodingFunctions } from "./encoding.ts";
import { higherOrderFunctions } from "./higher-order.ts";
import { numberFunctions } from "./number.ts";
import { objectFunctions } from "./object.ts";
import { ownFunctions } from "./own.ts";
import { textFunctions } from "./text.ts";
import { Fault } from "../run.ts";
import type { BuiltIn } from "../signature.ts";

const table: ReadonlyMap<string, BuiltIn> = new Map(
  [
    ...textFunctions,
    ...encodingFunctions,
    ...numberFunctions,
    ...arrayFunctions,
    ...objectFunctions,
    ...higherOrderFunctions,
    ...dateFunctions,
    ...ownFunctions,
  ].map((entry) => [entry.name, entry]),
);

/** The names of all functions, without `$`, in alphabetical order. */
export const functionNames: readonly string[] = [...table.keys()].sort();

/** The functions that take an inline function, and at which argument (from 0) it may stand. */
export const lambdaPlaces: ReadonlyMap<string, readonly number[]> = new Map([
  ["map", [1]],
  ["filter", [1]],
  ["single", [1]],
  ["reduce", [1]],
  ["sort", [1]],
  ["each", [0, 1]],
  ["sift", [0, 1]],
]);

export function findBuiltIn(name: string): BuiltIn | undefined {
  return table.get(name);
}

/** The function that a compiled expression names. */
export function builtIn(name: string): BuiltIn {
  const found = table.get(name);
  if (found === undefined)
    throw new Fault("EXPR_FORM_UNKNOWN", `The compiled expression has an unknown function $${name}.`);
  return found;
}
