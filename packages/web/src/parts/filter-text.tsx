import { TextInput } from "@mantine/core";
import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import { useKeys } from "../app/use-keys.ts";

const typingPauseMs = 300;

/** A text that narrows a list. It is told once typing pauses; Escape clears it. */
export function FilterText({
  label,
  hint,
  value,
  maxLength,
  onChange,
  offers,
  isFirst,
}: {
  label: string;
  hint: string;
  /** As the address holds it. */
  value: string | undefined;
  maxLength: number;
  onChange: (value: string | undefined) => void;
  /** While it is typed. */
  offers?: readonly string[];
  /** The one that `/` goes to. */
  isFirst?: true;
}): ReactElement {
  const held = value ?? "";
  const [text, setText] = useState(held);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ held, onChange });
  useEffect(() => {
    latest.current = { held, onChange };
  });
  // The address may change without us, as by the browser's Back.
  useEffect(() => setText((typed) => (typed.trim() === held ? typed : held)), [held]);
  useEffect(() => {
    const next = text.trim();
    if (next === latest.current.held) return;
    const timer = setTimeout(() => latest.current.onChange(next === "" ? undefined : next), typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  useKeys(isFirst === true ? { "/": () => input.current?.select() } : {});
  const listId = useId();
  return (
    <>
      <TextInput
        ref={input}
        size="xs"
        className="filter-text"
        aria-label={label}
        placeholder={hint}
        value={text}
        maxLength={maxLength}
        list={offers === undefined ? undefined : listId}
        autoComplete="off"
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText("");
          input.current?.blur();
        }}
      />
      {offers === undefined ? null : (
        <datalist id={listId}>
          {offers.map((offer) => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
    </>
  );
}
