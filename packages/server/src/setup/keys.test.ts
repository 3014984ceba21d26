import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseMasterKeys } from "@mainspring/store";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../config.ts";
import { makeKeys } from "./keys.ts";

const places = { postgres: "postgres:5432/mainspring", redis: "redis:6379" };

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name), "utf8").trimEnd()]));
}

test("[MIG-08] keys are made once, at random, strong enough for server and worker, and readable by those alone who need them", () => {
  const [one, two] = [folderOf(), folderOf()];
  const made = makeKeys(one, places);
  const first = contents(one);
  expect(Object.keys(first)).toEqual([...made].sort());
  expect(makeKeys(one, places)).toEqual([]);
  expect(contents(one)).toEqual(first);
  makeKeys(two, places);
  for (const [name, content] of Object.entries(contents(two))) expect([name, content]).not.toEqual([name, first[name]]);

  const of = (name: string): string => first[`product/${name}`] ?? "";
  const config = readConfig({
    DATABASE_URL: of("app-database-url"),
    DISPATCHER_DATABASE_URL: of("dispatcher-database-url"),
    MAINSPRING_PLATFORM_KEY: of("platform-key"),
    MAINSPRING_MASTER_KEYS: of("master-keys"),
  });
  expect(config.masterKeys.newest.id).toBe(parseMasterKeys(of("master-keys")).newest.id);
  for (const name of made)
    expect(statSync(join(one, name)).mode & 0o777).toBe(name.startsWith("product") ? 0o400 : 0o444);
});

test("a password is the same for the service that asks for it and in the address of whoever uses it", () => {
  const folder = folderOf();
  makeKeys(folder, places);
  const { [`product/owner-database-url`]: owner, [`product/redis-url`]: redis, ...rest } = contents(folder);
  expect(new URL(owner ?? "").password).toBe(rest["postgres/password"]);
  expect(rest["postgres/temporal-password"]).toBe(rest["temporal/postgres-password"]);
  expect(rest["redis/redis.conf"]).toContain(`requirepass ${new URL(redis ?? "").password}\n`);
});

test("half of a pair of keys is refused rather than replaced", () => {
  const folder = folderOf();
  makeKeys(folder, places);
  rmSync(join(folder, "product/owner-database-url"));
  expect(() => makeKeys(folder, places)).toThrow("restore the keys together");
});
