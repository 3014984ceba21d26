// What a running stack tells scripts and commands about itself, in `.mainspring/dev.json`.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "./service.ts";

export type DevJson = {
  url: string;
  /** An admin's key of the demo tenant. */
  apiKey: string;
  platformKey: string;
  /** What a further process of ours needs to read secrets. */
  masterKeys: string;
  tenantId: string;
  /** host:port */
  temporalAddress: string;
  temporalNamespace: string;
  /** As role `app`, which sees the rows of the tenant that `app.tenant` names. */
  databaseUrl: string;
  /** What a further worker needs, one address per role. */
  databaseUrls: { app: string; dispatcher: string; reconciler: string };
  /** Where stream producers put events, if there is a Redis. */
  redisUrl?: string;
  /** Postgres and Temporal only when they are ours. */
  pids: Partial<Record<ServiceName | "supervisor", number>>;
};

export function devJsonFile(folder: string): string {
  return join(folder, "dev.json");
}

export function writeDevJson(folder: string, content: DevJson): void {
  writeAtomically(devJsonFile(folder), `${JSON.stringify(content, null, 2)}\n`);
}

/** The running stack of this folder; undefined when none is running. */
export function readDevJson(folder: string): DevJson | undefined {
  return readJson(devJsonFile(folder)) as DevJson | undefined;
}

export function removeDevJson(folder: string): void {
  rmSync(devJsonFile(folder), { force: true });
}

/** A reader sees the old content or the new, never a part. Only the owner may read it: there are keys in it. */
export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

/** Undefined when the file is not there or not JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
