import { releaseHeld, unconfirmedEnds, type Reconciler, type Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { confirmRun } from "../reconciler/confirm.ts";

interface Parts {
  readonly store: Store;
  readonly client: Client;
}

const endsAtOnce = 50;
const closesWithinMs = 1_000;
const recheckMs = 40;

/**
 * Lets go of what is held, in every tenant, as far as there is room now; ends that nobody has confirmed are confirmed first. Safe beside any
 * number of others. The relay then makes the starts.
 * @returns how many starts were let go
 */
export async function releaseOnce(
  parts: Parts & { readonly reconciler: Reconciler; readonly log: Log },
): Promise<number> {
  let released = 0;
  for (const tenantId of await parts.reconciler.tenantsWithHeldStarts()) {
    try {
      await confirmEnds(parts, tenantId);
      const runs = await parts.store.tenant(tenantId, releaseHeld);
      released += runs.length;
      if (runs.length > 0) parts.log.info({ tenantId, runs: runs.length }, "let go of held starts");
    } catch (error) {
      parts.log.warn(
        { tenantId, error: String(error) },
        "Held starts could not be looked at; the next round tries again",
      );
    }
  }
  return released;
}

/**
 * Confirms at once what a tenant's rows say has ended. An execution closes a moment after its row says so, and that moment is waited for.
 * @returns how many were confirmed
 */
export async function confirmEnds(parts: Parts, tenantId: string): Promise<number> {
  const runs = await parts.store.tenant(tenantId, (db) => unconfirmedEnds(db, endsAtOnce));
  const deadline = Date.now() + closesWithinMs;
  const confirmed = await Promise.all(runs.map((runId) => confirmBy(parts, { tenantId, runId }, deadline)));
  return confirmed.filter(Boolean).length;
}

async function confirmBy(
  parts: Parts,
  run: { readonly tenantId: string; readonly runId: string },
  deadline: number,
): Promise<boolean> {
  for (;;) {
    if ((await confirmRun(parts, run).catch(() => "open")) === "confirmed") return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, recheckMs));
  }
}
