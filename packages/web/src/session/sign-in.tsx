import { Button, PasswordInput } from "@mantine/core";
import { useId, useState, type FormEvent, type ReactElement } from "react";
import { Mark } from "../app/mark.tsx";
import { keyRefusal } from "./key-refusal.ts";
import "./sign-in.css";

export function SignIn({ reason, onSignIn }: { reason?: string; onSignIn: (apiKey: string) => void }): ReactElement {
  const [apiKey, setApiKey] = useState("");
  const [error, setError] = useState(reason);
  const [busy, setBusy] = useState(false);
  const hintId = useId();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const key = apiKey.trim();
    setBusy(true);
    setError(undefined);
    const refusal = await keyRefusal(key);
    if (refusal === undefined) return onSignIn(key);
    setError(refusal);
    setBusy(false);
  }

  return (
    <main className="sign-in">
      <form className="sign-in-card panel" onSubmit={(event) => void submit(event)} noValidate>
        <div className="sign-in-name">
          <Mark size={28} />
          <h1>Mainspring</h1>
        </div>
        <p className="muted">See, explain and control every run.</p>
        <PasswordInput
          label="API key"
          value={apiKey}
          onChange={(event) => setApiKey(event.currentTarget.value)}
          error={error}
          errorProps={{ role: "alert" }}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          aria-describedby={hintId}
          visibilityToggleButtonProps={{ "aria-label": "Show the key", tabIndex: 0 }}
          classNames={{ innerInput: "mono" }}
        />
        <Button type="submit" loading={busy} fullWidth>
          Sign in
        </Button>
        <p id={hintId} className="muted small">
          <code>npm start</code> prints a key; elsewhere an administrator makes it, under Settings. It is kept in this
          tab only.
        </p>
      </form>
    </main>
  );
}
