import type { ReactElement } from "react";

export type ChangeKind = "added" | "changed" | "removed";

const signs: Record<ChangeKind, string> = { added: "+", changed: "±", removed: "−" };

export const changeTones: Record<ChangeKind, string> = { added: "green", changed: "blue", removed: "vermilion" };

/** Word and sign, so that the colour is not needed. */
export function ChangeMark({ kind }: { kind: ChangeKind }): ReactElement {
  return (
    <span className="version-diff-mark small" data-tone={changeTones[kind]}>
      <span aria-hidden="true">{signs[kind]}</span> {kind}
    </span>
  );
}
