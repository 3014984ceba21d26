import type { RunReply } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { allInvocationsOf } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";

/** A run's error names the steps whose effects may remain; the ledger knows by which invocation. */
export async function withInvocations(db: TenantDb, reply: RunReply): Promise<RunReply> {
  const details = reply.error?.details;
  const remains = isJsonObject(details) ? details["effectsMayRemain"] : undefined;
  if (reply.error === null || !isJsonObject(details) || !Array.isArray(remains) || remains.length === 0) return reply;
  const invocations = await allInvocationsOf(db, reply.id);
  const effectsMayRemain = remains.map((place): Json => {
    if (!isJsonObject(place) || !Array.isArray(place["iteration"])) return place;
    const turn = JSON.stringify(place["iteration"]);
    const found = invocations.findLast(
      ({ stepPath, iteration }) => stepPath === place["stepPath"] && JSON.stringify(iteration) === turn,
    );
    if (found === undefined) return place;
    return { ...place, invocationId: found.id, action: found.action, status: found.status };
  });
  return { ...reply, error: { ...reply.error, details: { ...details, effectsMayRemain } } };
}
