import { InvalidArgumentError, Option } from "commander";

/** An option that takes one of several words, in any case, and may be given several times. */
export function choices<Word extends string>(flags: string, description: string, words: readonly Word[]): Option {
  return new Option(flags, `${description}; may be given several times: ${words.join(", ")}`).argParser(
    (text: string, before: readonly Word[] | undefined) => {
      const chosen = words.find((word) => word.toLowerCase() === text.toLowerCase());
      if (chosen === undefined) throw new InvalidArgumentError(`It is one of ${words.join(", ")}.`);
      return [...(before ?? []), chosen];
    },
  );
}
