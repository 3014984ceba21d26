import { codePoints } from "./code-points.ts";
import { isItems, refuseBlob } from "../value.ts";
import { spend, typeFault } from "../run.ts";
import { textOf } from "../text.ts";
import { defineFunction } from "../signature.ts";
import type { Value } from "../value.ts";

const keysOf = Object.keys;

/** The functions that JSONata does not have. They may be called without `$` too. */
export const ownFunctions = [
  /** The instant of the step, RFC 3339 in UTC with milliseconds. */
  defineFunction("nowIso", "", (_args, run) => run.now),

  /** The first argument that is neither nothing nor null. */
  defineFunction("coalesce", "x+", (args) => {
    for (const arg of args) if (arg !== undefined && arg !== null) return arg as Value;
    return undefined;
  }),

  /** The number of characters of a text, elements of an array or members of an object; 0 for nothing and null. */
  defineFunction("len", "x-", (args, run) => {
    const value = args[0] as Value;
    if (value === undefined || value === null) return 0;
    if (typeof value === "string") {
      spend(run, value.length >> 6);
      return codePoints(value);
    }
    if (typeof value !== "object") throw typeFault("T0410", "$len takes a text, an array or an object");
    if (isItems(value)) return value.length;
    refuseBlob(value);
    return keysOf(value).length;
  }),

  /** The value as text, as `$string` gives it; "" for nothing and null. */
  defineFunction("toString", "x-", (args, run) => {
    const value = args[0] as Value;
    return value === undefined || value === null ? "" : textOf(value, run, false);
  }),
];

/** Their names, and `append`, which JSONata has too. */
export const namesWithoutDollar: readonly string[] = [...ownFunctions.map((entry) => entry.name), "append"];
