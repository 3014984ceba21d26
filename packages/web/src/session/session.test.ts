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

test("a key outlives a reload of the tab and is gone once it is refused", () => {
  const storage = memoryStorage();
  const session = createSessionStore(storage);
  const seen: string[] = [];
  const stop = session.subscribe(() => seen.push(session.current().state));
  expect(session.current()).toEqual({ state: "out" });
  session.signIn("ms_key");
  expect(createSessionStore(storage).current().state).toBe("in");
  session.refuse("why");
  expect(session.current()).toEqual({ state: "out", reason: "why" });
  expect(storage.items.size).toBe(0);
  expect(createSessionStore(storage).current()).toEqual({ state: "out" });
  stop();
  session.signIn("another");
  expect(seen).toEqual(["in", "out"]);
});

test("a tab goes from one tenant's key to another's and back, and signing out forgets all of them", () => {
  const storage = memoryStorage();
  const session = createSessionStore(storage);
  session.signIn("ms_a");
  session.switchTo("ms_b", { tenant: "A", role: "admin", name: "a" });
  expect(storage.getItem("mainspring.apiKey")).toBe("ms_b");
  expect(session.others()).toEqual([{ apiKey: "ms_a", tenant: "A", role: "admin", name: "a" }]);
  session.switchTo("ms_a", { tenant: "B", role: "viewer", name: "b" });
  expect(session.others().map(({ tenant }) => tenant)).toEqual(["B"]);
  session.switchTo("ms_a", { tenant: "A", role: "admin", name: "a" });
  expect(session.others().map(({ tenant }) => tenant)).toEqual(["B"]);
  session.signOut();
  expect([storage.items.size, session.others()]).toEqual([0, []]);
  storage.setItem("mainspring.otherKeys", '[{"apiKey": 1}, "x"]');
  expect(session.others()).toEqual([]);
  storage.setItem("mainspring.otherKeys", "{");
  expect(session.others()).toEqual([]);
});

test("a key that is not accepted any more takes no other one with it", () => {
  const storage = memoryStorage();
  const session = createSessionStore(storage);
  session.signIn("ms_a");
  session.switchTo("ms_revoked", { tenant: "A", role: "admin", name: "a" });
  session.refuse("revoked");
  expect(session.others().map(({ apiKey }) => apiKey)).toEqual(["ms_a"]);
  session.signIn("ms_a");
  expect([session.current().state, session.others()]).toEqual(["in", []]);
});
