import type { ReactElement } from "react";
import type { OtherKey } from "./session.ts";
import "./other-keys.css";

/** The keys that this tab may go back to. */
export function OtherKeys({
  keys,
  onChoose,
}: {
  keys: readonly OtherKey[];
  onChoose: (apiKey: string) => void;
}): ReactElement | null {
  if (keys.length === 0) return null;
  return (
    <ul className="other-keys" aria-label="Other keys of this tab">
      {keys.map(({ apiKey, tenant, name, role }) => (
        <li key={apiKey}>
          <button type="button" onClick={() => onChoose(apiKey)}>
            <strong>{tenant}</strong>{" "}
            <span className="muted small">
              {name}, {role}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
