import { instantMillis, instantText } from "./instant.ts";
import { valueFault } from "../run.ts";
import { defineFunction } from "../signature.ts";

export const dateFunctions = [
  /** Milliseconds since 1970 of an instant in ISO 8601; without a zone it is in UTC. */
  defineFunction("toMillis", "s-s?", (args) => {
    const text = args[0] as string | undefined;
    if (text === undefined) return undefined;
    const millis = instantMillis(text);
    if (millis === undefined) throw valueFault("D3110", "$toMillis takes an instant in ISO 8601");
    return millis;
  }),

  /** The instant, in ISO 8601 with milliseconds. */
  defineFunction("fromMillis", "n-s?s?", (args) => {
    const millis = args[0] as number | undefined;
    return millis === undefined ? undefined : instantText(millis);
  }),
];
