import { expect, test } from "vitest";
import { createSessionStore } from "./session.ts";

function memoryStorage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> & {
  readonly items: Map<string, string>;
} {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

test("a key outlives a reload of the tab and is gone after sign-out", () => {
  const storage = memoryStorage();
  const session = createSessionStore(storage);
  const seen: string[] = [];
  const stop = session.subscribe(() => seen.push(session.current().state));
  expect(session.current()).toEqual({ state: "out" });
  session.signIn("ms_key");
  expect(createSessionStore(storage).current().state).toBe("in");
  session.signOut("why");
  expect(session.current()).toEqual({ state: "out", reason: "why" });
  expect(storage.items.size).toBe(0);
  expect(createSessionStore(storage).current()).toEqual({ state: "out" });
  stop();
  session.signIn("another");
  expect(seen).toEqual(["in", "out"]);
});
