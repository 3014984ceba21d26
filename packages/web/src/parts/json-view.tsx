import type { ReadonlyJson } from "@mainspring/core";
import { useMemo, useState, type ReactElement } from "react";
import { copyText } from "./copy-id.tsx";
import { jsonTokens } from "./json-tokens.ts";
import "./json-view.css";

/** A value is drawn in colour up to this length; beyond it a page would stall. */
const colouredCharsMax = 40_000;
const shownCharsMax = 200_000;

/** A JSON value as text, with a way to copy it whole. */
export function JsonView({ value, label }: { value: ReadonlyJson; label: string }): ReactElement {
  const text = useMemo(() => JSON.stringify(value, undefined, 2) ?? "null", [value]);
  const shown =
    text.length > shownCharsMax
      ? `${text.slice(0, shownCharsMax)}\n… ${text.length - shownCharsMax} more characters: copy to see all`
      : text;
  return (
    <div className="json-view">
      <CopyButton text={text} label={label} />
      <pre tabIndex={0} role="region" aria-label={label}>
        {shown.length > colouredCharsMax ? shown : <Coloured text={shown} />}
      </pre>
    </div>
  );
}

function Coloured({ text }: { text: string }): ReactElement {
  const tokens = useMemo(() => jsonTokens(text), [text]);
  return (
    <>
      {tokens.map((token, index) =>
        token.kind === "plain" ? (
          token.text
        ) : (
          <span key={index} className={`json-${token.kind}`}>
            {token.text}
          </span>
        ),
      )}
    </>
  );
}

function CopyButton({ text, label }: { text: string; label: string }): ReactElement {
  const [said, setSaid] = useState("Copy");
  return (
    <button
      type="button"
      className="json-copy"
      aria-label={`Copy ${label}`}
      onBlur={() => setSaid("Copy")}
      onClick={() => {
        copyText(text).then(
          () => setSaid("Copied"),
          () => setSaid("Not allowed"),
        );
      }}
    >
      {said}
    </button>
  );
}
