import { useState, type ChangeEvent, type FormEvent } from "react";
import { keyRefusal } from "./key-refusal.ts";

export interface KeyEntry {
  readonly apiKey: string;
  /** Why the key was refused. */
  readonly error: string | undefined;
  readonly isBusy: boolean;
  readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  readonly onSubmit: (event: FormEvent) => void;
}

/**
 * A form in which a key is typed, and tried before it is used.
 * @param reason why one is asked for, until something is typed
 */
export function useKeyEntry(onKey: (apiKey: string) => void, reason?: string): KeyEntry {
  const [apiKey, setApiKey] = useState("");
  const [error, setError] = useState(reason);
  const [isBusy, setBusy] = useState(false);
  async function tryKey(key: string): Promise<void> {
    setBusy(true);
    setError(undefined);
    const refusal = await keyRefusal(key);
    if (refusal === undefined) return onKey(key);
    setError(refusal);
    setBusy(false);
  }
  return {
    apiKey,
    error,
    isBusy,
    onChange(event) {
      setApiKey(event.currentTarget.value);
      setError(undefined);
    },
    onSubmit(event) {
      event.preventDefault();
      void tryKey(apiKey.trim());
    },
  };
}
