import { MainspringError } from "@mainspring/core";
import type { DecisionOutcome, Json } from "@mainspring/core";
import { recordDecision } from "@mainspring/store";
import type { Store } from "@mainspring/store";
import type { NamedRoute } from "@mainspring/api";
import type { TenantCaller } from "./access.ts";

/** What a request that is to start something may be refused for, in the words of decisions. */
const outcomes: { readonly [code: string]: DecisionOutcome } = {
  FORBIDDEN: "unauthorised",
  TENANT_SUSPENDED: "tenant-suspended",
  CONCURRENCY_LIMITED: "over-limit",
  RATE_LIMITED: "over-limit",
  BACKLOG_FULL: "over-limit",
};
const starting = ["runs.start", "events.accept"];
const minuteMs = 60_000;
const keptMax = 10_000;

/** Writes down why a tenant's request started nothing; of routes that start nothing, and of other refusals, it keeps nothing. */
export type NoteRefusal = (caller: TenantCaller, route: NamedRoute, params: unknown, error: unknown) => Promise<void>;

/**
 * At most one a minute for each key, route, workflow and cause: who is refused a thousand times a second must not be able to fill a table by
 * it. A refusal that cannot be written down is a refusal all the same.
 */
export function noteRefusals(store: Store, now: () => number): NoteRefusal {
  const noted = new Map<string, number>();
  return async (caller, { id, route }, params, error) => {
    const outcome = error instanceof MainspringError ? outcomes[error.code] : undefined;
    if (outcome === undefined || !(error instanceof MainspringError) || !starting.includes(id)) return;
    const workflow = keyIn(params);
    const minute = Math.floor(now() / minuteMs);
    const about = `refused:${caller.keyId}:${id}:${workflow ?? ""}:${outcome}`;
    if (noted.get(about) === minute) return;
    if (noted.size >= keptMax) noted.clear();
    noted.set(about, minute);
    const { limit, used, max } = error.details;
    const values = {
      code: error.code,
      route: id,
      keyId: caller.keyId,
      ...(error.code === "FORBIDDEN" ? { role: caller.role, needed: route.role } : {}),
      ...Object.fromEntries(Object.entries({ limit, used, max }).filter(([, value]) => value !== undefined)),
    } as Json;
    await store
      .tenant(caller.tenantId, (db) =>
        recordDecision(db, {
          outcome,
          onceKey: `${about}:${minute}`,
          values,
          ...(workflow === undefined ? {} : { workflowKey: workflow }),
        }),
      )
      .catch(() => noted.delete(about));
  };
}

function keyIn(params: unknown): string | undefined {
  const key = typeof params === "object" && params !== null ? (params as { readonly key?: unknown }).key : undefined;
  return typeof key === "string" && key.length <= 200 ? key : undefined;
}
