import { useEffect, useState, type ReactElement } from "react";
import "./copy-id.css";

const shownMs = 1_500;

/** A long id, shortened to what tells it apart; pressing it copies the whole. */
export function CopyId({ id, label }: { id: string; label: string }): ReactElement {
  const [said, setSaid] = useState<"copied" | "refused" | undefined>(undefined);
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <button
      type="button"
      className="copy-id mono"
      title={id}
      aria-label={`#${shortId(id)}, copy ${label} ${id}`}
      onClick={() => {
        copyText(id).then(
          () => setSaid("copied"),
          () => setSaid("refused"),
        );
      }}
    >
      <span aria-hidden="true" data-hidden={said !== undefined}>
        #{shortId(id)}
      </span>
      <span className="copy-id-said" role="status">
        {said === "copied" ? "copied" : said === "refused" ? "not allowed" : ""}
      </span>
    </button>
  );
}

/** The end of an id: the first digits of a UUIDv7 are its time and equal for neighbours. */
export function shortId(id: string): string {
  return id.slice(-6);
}

export async function copyText(text: string): Promise<void> {
  // Absent where the page is not served from a secure origin.
  if (navigator.clipboard === undefined) throw new Error("no clipboard here");
  await navigator.clipboard.writeText(text);
}
