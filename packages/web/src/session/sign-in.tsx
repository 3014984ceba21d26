import { Button, PasswordInput } from "@mantine/core";
import { useId, type ReactElement } from "react";
import { Mark } from "../app/mark.tsx";
import { OtherKeys } from "./other-keys.tsx";
import type { OtherKey } from "./session.ts";
import { useKeyEntry } from "./use-key-entry.ts";
import "./sign-in.css";

/**
 * Where one signs in.
 * @param reason why one must, when it was not one's own wish
 * @param others keys that were used before in this tab, and may be used again
 */
export function SignIn({
  reason,
  others,
  onSignIn,
}: {
  reason?: string;
  others: readonly OtherKey[];
  onSignIn: (apiKey: string) => void;
}): ReactElement {
  const entry = useKeyEntry(onSignIn, reason);
  const hintId = useId();
  return (
    <main className="sign-in">
      <form className="sign-in-card panel" onSubmit={entry.onSubmit} noValidate>
        <div className="sign-in-name">
          <Mark size={28} />
          <h1>Mainspring</h1>
        </div>
        <p className="muted">See, explain and control every run.</p>
        <PasswordInput
          label="API key"
          value={entry.apiKey}
          onChange={entry.onChange}
          error={entry.error}
          errorProps={{ role: "alert" }}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          aria-describedby={hintId}
          visibilityToggleButtonProps={{ "aria-label": "Show the key", tabIndex: 0 }}
          classNames={{ innerInput: "mono" }}
        />
        <Button type="submit" loading={entry.isBusy} fullWidth>
          Sign in
        </Button>
        {others.length === 0 ? null : (
          <>
            <p className="muted small">Or go on with another key of this tab:</p>
            <OtherKeys keys={others} onChoose={onSignIn} />
          </>
        )}
        <p id={hintId} className="muted small">
          <code>npm start</code> prints a key; elsewhere an administrator makes it, under Settings. It is kept in this
          tab only.
        </p>
      </form>
    </main>
  );
}
