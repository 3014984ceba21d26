import { createClient, type Client } from "@mainspring/api";

const storageKey = "mainspring.apiKey";

/** Signed out, with the reason when it was not the person's own wish, or signed in with a key. */
export type Session =
  | { readonly state: "out"; readonly reason?: string }
  | { readonly state: "in"; readonly client: Client };

/**
 * Holds the key of this tab: in `sessionStorage`, so that it ends with the tab and is never sent by the browser itself.
 */
export interface SessionStore {
  readonly current: () => Session;
  readonly subscribe: (listener: () => void) => () => void;
  readonly signIn: (apiKey: string) => void;
  readonly signOut: (reason?: string) => void;
}

export function createSessionStore(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">): SessionStore {
  const kept = storage.getItem(storageKey);
  let session: Session = kept === null ? { state: "out" } : { state: "in", client: clientFor(kept) };
  const listeners = new Set<() => void>();
  function become(next: Session): void {
    session = next;
    for (const listener of listeners) listener();
  }
  return {
    current: () => session,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn(apiKey) {
      storage.setItem(storageKey, apiKey);
      become({ state: "in", client: clientFor(apiKey) });
    },
    signOut(reason) {
      storage.removeItem(storageKey);
      become({ state: "out", reason });
    },
  };
}

/** A client of the server that served this page. */
export function clientFor(apiKey: string): Client {
  return createClient({ baseUrl: "", apiKey });
}
