import type { ReactElement } from "react";
import { sentenceParts } from "./sentence-parts.ts";

/** A name of this length fits every screen and is not broken at its hyphens. */
const unbrokenCharsMax = 24;

/** A sentence whose names in backquotes are set as code, and whose ids are short, whole on hover. */
export function Sentence({ text }: { text: string }): ReactElement {
  return (
    <>
      {sentenceParts(text).map((part, index) =>
        part.code ? (
          <code key={index} className={part.text.length <= unbrokenCharsMax ? "unbroken" : undefined}>
            {part.text}
          </code>
        ) : (
          <span key={index} title={part.whole}>
            {part.text}
          </span>
        ),
      )}
    </>
  );
}
