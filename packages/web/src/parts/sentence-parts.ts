import { actorText } from "../session/actor-text.ts";
import { shortId } from "./copy-id.tsx";

export interface SentencePart {
  readonly text: string;
  readonly code: boolean;
  /** What stands in the sentence, where `text` is shorter. */
  readonly whole?: string;
}

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const idIn = new RegExp(`((?:[a-z]+(?:-[a-z]+)*:)?${uuid})`);

/** The parts of a sentence: those in backquotes are code, and ids are shortened as everywhere. */
export function sentenceParts(sentence: string): readonly SentencePart[] {
  return sentence
    .split(/`([^`]*)`/)
    .flatMap((text, index): readonly SentencePart[] => (index % 2 === 1 ? [{ text, code: true }] : wordsOf(text)))
    .filter((part) => part.text !== "");
}

function wordsOf(words: string): readonly SentencePart[] {
  return words.split(idIn).map((text, index) => {
    if (index % 2 === 0) return { text, code: false };
    return { text: text.includes(":") ? actorText(text) : `#${shortId(text)}`, code: false, whole: text };
  });
}
