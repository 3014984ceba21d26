import type { TenantRole } from "@mainspring/api";
import { expect, test } from "vitest";
import { missingRole, readSettingsSearch, settingsTabs, tabNames } from "./settings-search.ts";

test("an address opens its tab, and one that is unknown the first", () => {
  expect(readSettingsSearch({ tab: "audit" })).toEqual({ tab: "audit" });
  expect(readSettingsSearch({ tab: "toString" })).toEqual({});
  expect(readSettingsSearch({ tab: ["audit", "usage"] })).toEqual({});
  expect(readSettingsSearch({ tab: "audit", action: " secret.set ", subject: 7, days: "30" })).toEqual({
    tab: "audit",
    action: "secret.set",
    days: 30,
  });
  expect(readSettingsSearch({ tab: "audit", action: " ", days: 2 })).toEqual({ tab: "audit" });
  expect(readSettingsSearch({ tab: "keys", action: "secret.set" })).toEqual({ tab: "keys" });
});

test("what a role may not read is said with the role that may, and an admin reads everything", () => {
  const missing = (role: TenantRole): string[] =>
    settingsTabs.flatMap((tab) => (missingRole(tab, role) === undefined ? [] : [`${tab}: ${missingRole(tab, role)}`]));
  expect(missing("viewer")).toEqual(["secrets: author", "keys: admin", "audit: admin"]);
  expect(missing("operator")).toEqual(missing("viewer"));
  expect(missing("author")).toEqual(["keys: admin", "audit: admin"]);
  expect(missing("admin")).toEqual([]);
  expect(new Set(settingsTabs.map((tab) => tabNames[tab])).size).toBe(settingsTabs.length);
});
