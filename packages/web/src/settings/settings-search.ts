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

/** How many days back the audit log is looked at. */
export const auditSpans = [1, 7, 30] as const;

export interface SettingsSearch {
  /** Left out: the first. */
  readonly tab?: SettingsTab;
  /** Of the audit log, such as `workflow.publish`. */
  readonly action?: string;
  /** Of the audit log, such as `workflow:orders`. */
  readonly subject?: string;
  /** Of the audit log; left out: all of it. */
  readonly days?: (typeof auditSpans)[number];
}

export const auditTextMax = 500;

/** Reads an address; what it does not know it leaves out. */
export function readSettingsSearch(search: Record<string, unknown>): SettingsSearch {
  const tab = settingsTabs.find((each) => each === search["tab"]);
  if (tab !== "audit") return tab === undefined ? {} : { tab };
  const days = auditSpans.find((each) => each === Number(search["days"]));
  const [action, subject] = [textOf(search["action"]), textOf(search["subject"])];
  return {
    tab,
    ...(action === undefined ? {} : { action }),
    ...(subject === undefined ? {} : { subject }),
    ...(days === undefined ? {} : { days }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, auditTextMax) : undefined;
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
