import { createClient, type Client } from "@mainspring/api";

const storageKey = "mainspring.apiKey";
const othersKey = "mainspring.otherKeys";

/** Signed out, with the reason when it was not the person's own wish, or signed in with a key. */
export type Session =
  | { readonly state: "out"; readonly reason?: string }
  | { readonly state: "in"; readonly client: Client };

/** A key that this tab may go back to, with what it is for people. */
export interface OtherKey {
  readonly apiKey: string;
  readonly tenant: string;
  readonly role: string;
  readonly name: string;
}

/**
 * Holds the keys of this tab, one of them in use: in `sessionStorage`, so that it ends with the tab and is never sent by the browser itself.
 */
export interface SessionStore {
  readonly current: () => Session;
  readonly subscribe: (listener: () => void) => () => void;
  readonly signIn: (apiKey: string) => void;
  /** Those that were used before in this tab. */
  readonly others: () => readonly OtherKey[];
  /**
   * Uses another key, which may be one of `others`, and keeps the one in use for later. What was read with it must be
   * forgotten: load the page anew.
   * @param current what the key in use is for people
   */
  readonly switchTo: (apiKey: string, current: Omit<OtherKey, "apiKey">) => void;
  /** The key in use is not accepted any more: it is forgotten, and the others may be gone on with. */
  readonly refuse: (reason: string) => void;
  /** Of all keys. */
  readonly signOut: () => void;
}

export function createSessionStore(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">): SessionStore {
  const kept = storage.getItem(storageKey);
  let session: Session = kept === null ? { state: "out" } : { state: "in", client: clientFor(kept) };
  const listeners = new Set<() => void>();
  function become(next: Session): void {
    session = next;
    for (const listener of listeners) listener();
  }
  const others = (): OtherKey[] => readOthers(storage.getItem(othersKey));
  function keepOthers(keys: readonly OtherKey[]): void {
    if (keys.length === 0) storage.removeItem(othersKey);
    else storage.setItem(othersKey, JSON.stringify(keys));
  }
  return {
    current: () => session,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn(apiKey) {
      keepOthers(others().filter((other) => other.apiKey !== apiKey));
      storage.setItem(storageKey, apiKey);
      become({ state: "in", client: clientFor(apiKey) });
    },
    others,
    switchTo(apiKey, current) {
      const before = storage.getItem(storageKey);
      const left = others().filter((other) => other.apiKey !== apiKey);
      if (before !== null && before !== apiKey) left.unshift({ apiKey: before, ...current });
      keepOthers(left);
      storage.setItem(storageKey, apiKey);
    },
    refuse(reason) {
      storage.removeItem(storageKey);
      become({ state: "out", reason });
    },
    signOut() {
      storage.removeItem(storageKey);
      keepOthers([]);
      become({ state: "out" });
    },
  };
}

/** What is not of this form is dropped: it is read from where other versions may have written. */
function readOthers(text: string | null): OtherKey[] {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const { apiKey, tenant, role, name } = one as Record<string, unknown>;
    return typeof apiKey === "string" &&
      typeof tenant === "string" &&
      typeof role === "string" &&
      typeof name === "string"
      ? [{ apiKey, tenant, role, name }]
      : [];
  });
}

/** A client of the server that served this page. */
export function clientFor(apiKey: string): Client {
  return createClient({ baseUrl: "", apiKey });
}
