import type { TenantCaller } from "../http/access.ts";

/** How runs, versions and the audit log name who did something. */
export function actorOf(caller: Pick<TenantCaller, "keyId">): string {
  return `api-key:${caller.keyId}`;
}
