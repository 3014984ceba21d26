import type { DecisionOutcome } from "@mainspring/core";
import { recordDecision } from "@mainspring/store";
import type { Store } from "@mainspring/store";
import type { FoundEndpoint } from "./find-endpoint.ts";

const minuteMs = 60_000;
const keptEndpoints = 10_000;
/** By endpoint and outcome: the minute of the last refusal that this process wrote down. */
const noted = new Map<string, number>();

/**
 * Writes down that a call was refused, at most once a minute for each endpoint and outcome: whoever sends what is not theirs to send must not be able
 * to fill a table by it. How many there were is in the metrics.
 * @see docs/decisions/0098-refused-webhook-calls.md
 */
export async function noteRefusal(
  store: Store,
  { tenantId, endpoint }: FoundEndpoint,
  refused: { readonly outcome: DecisionOutcome; readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const minute = Math.floor(refused.nowMs / minuteMs);
  const about = `${endpoint.id}:${refused.outcome}`;
  if (noted.get(about) === minute) return;
  if (noted.size >= keptEndpoints) noted.clear();
  noted.set(about, minute);
  await store
    .tenant(tenantId, (db) =>
      recordDecision(db, {
        outcome: refused.outcome,
        onceKey: `webhook-refused:${about}:${minute}`,
        ...(endpoint.workflow === null ? {} : { workflowKey: endpoint.workflow }),
        values: { endpoint: endpoint.key, scheme: endpoint.scheme, reason: refused.reason },
      }),
    )
    // A refusal that cannot be written down is a refusal all the same, and the next one is written instead.
    .catch(() => noted.delete(about));
}
