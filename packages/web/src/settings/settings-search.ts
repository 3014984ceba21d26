import { roleSuffices, type TenantRole } from "@mainspring/api";

export const settingsTabs = [
  "webhooks",
  "event-types",
  "calendars",
  "forms",
  "secrets",
  "keys",
  "usage",
  "audit",
] as const;
export type SettingsTab = (typeof settingsTabs)[number];

export interface SettingsSearch {
  /** Left out: the first. */
  readonly tab?: SettingsTab;
}

/** Reads an address; what it does not know it leaves out. */
export function readSettingsSearch(search: Record<string, unknown>): SettingsSearch {
  const tab = settingsTabs.find((each) => each === search["tab"]);
  return tab === undefined ? {} : { tab };
}

export const tabNames: Record<SettingsTab, string> = {
  webhooks: "Webhooks",
  "event-types": "Event types",
  calendars: "Calendars",
  forms: "Forms",
  secrets: "Secrets",
  keys: "API keys",
  usage: "Usage and limits",
  audit: "Audit log",
};

const readableBy: Record<SettingsTab, TenantRole> = {
  webhooks: "viewer",
  "event-types": "viewer",
  calendars: "viewer",
  forms: "viewer",
  secrets: "author",
  keys: "admin",
  usage: "viewer",
  audit: "admin",
};

/** The role that a tab asks for, where `role` is not enough to read it. */
export function missingRole(tab: SettingsTab, role: TenantRole): TenantRole | undefined {
  const needed = readableBy[tab];
  return roleSuffices(role, needed) ? undefined : needed;
}
