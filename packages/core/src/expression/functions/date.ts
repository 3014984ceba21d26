import { formatInstant } from "./date-format.ts";
import { parseInstant } from "./date-parse.ts";
import { instantMillis, instantText } from "./instant.ts";
import { Fault, valueFault } from "../run.ts";
import { defineFunction } from "../signature.ts";

export const dateFunctions = [
  /** Milliseconds since 1970 of an instant in ISO 8601, or written by a picture; without a zone it is in UTC. */
  defineFunction("toMillis", "s-s?", (args, run) => {
    const text = args[0] as string | undefined;
    const picture = args[1] as string | undefined;
    if (text === undefined) return undefined;
    if (picture !== undefined) return parseInstant(text, picture, run);
    const millis = instantMillis(text);
    if (millis === undefined) throw valueFault("D3110", "$toMillis takes an instant in ISO 8601");
    return millis;
  }),

  /** The instant in ISO 8601 with milliseconds, or written by a picture, in the zone of an offset such as `+0130`. */
  defineFunction("fromMillis", "n-s?s?", (args, run) => {
    const millis = args[0] as number | undefined;
    if (millis === undefined) return undefined;
    if (args[1] === undefined && args[2] === undefined) {
      const text = instantText(millis);
      if (text === undefined) throw new Fault("EXPR_NUMBER_RANGE", "There is no such instant.");
      return text;
    }
    return formatInstant(millis, (args[1] as string | undefined) ?? isoPicture, args[2] as string | undefined, run);
  }),
];

const isoPicture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
