import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseMasterKeys } from "./master-keys.ts";
import { openStore } from "./store.ts";
import { asOwner } from "./testing/as-owner.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
beforeEach(() => asOwner(database, "truncate master_keys"));
afterAll(() => database.drop());

const newKey = (): string => randomBytes(32).toString("hex");

/** As a server or a worker starts. */
async function start(masterKeys: string): Promise<void> {
  const store = openStore({ url: database.appUrl, max: 1, masterKeys: parseMasterKeys(masterKeys) });
  try {
    await store.ready();
  } finally {
    await store.close();
  }
}

test("the first process to start says which master keys are the installation's; one with others is refused", async () => {
  const [ours, other] = [newKey(), newKey()];
  await Promise.all([start(ours), start(ours), start(ours)]);
  await start(ours);
  await expect(start(other)).rejects.toThrow(
    /^MAINSPRING_MASTER_KEYS has not the key [0-9a-f]{16}, which the other processes of this installation use: give every server and worker the same keys\.$/,
  );
  const rows = await asOwner(database, "select id, encode(check_value, 'hex') as sealed from master_keys");
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(ours);
});

test("a new key goes before the old one; from then on processes without it are refused, and the old one may go", async () => {
  const [old, newer] = [newKey(), newKey()];
  await start(old);
  await start(`${newer},${old}`);
  await expect(start(old)).rejects.toThrow("MAINSPRING_MASTER_KEYS has not the key");
  await start(newer);
  await start(`${newer},${old}`);
});

test("a value that was sealed under another key of the same name is refused", async () => {
  const ours = newKey();
  await start(ours);
  await asOwner(database, "update master_keys set check_value = decode(repeat('00', 64), 'hex')");
  await expect(start(ours)).rejects.toThrow(/authenticate/);
});
