import type { Json } from "@mainspring/core";
import { inputsOf, waitKeysOf } from "@mainspring/store";
import type { RunSummary, TenantDb } from "@mainspring/store";
import type { RunRedaction } from "./redaction.ts";

/**
 * Without the rows that a search found only by a value that their readers see masked: that a run was found would confirm it. A page may
 * so be shorter than its limit.
 */
export async function withoutMaskedFinds(
  db: TenantDb,
  q: string | undefined,
  rows: readonly RunSummary[],
  redactionOf: (runId: string) => RunRedaction,
): Promise<readonly RunSummary[]> {
  if (q === undefined) return rows;
  const sought = [q.toLowerCase(), JSON.stringify(q).slice(1, -1).toLowerCase()];
  const shows = (text: string): boolean => sought.some((part) => text.toLowerCase().includes(part));
  const doubtful = rows.filter(({ id, workflowKey }) => !redactionOf(id).isEmpty && !shows(id) && !shows(workflowKey));
  if (doubtful.length === 0) return rows;
  const ids = doubtful.map(({ id }) => id);
  const keys = await waitKeysOf(db, ids);
  const inputs = new Map((await inputsOf(db, ids)).map(({ runId, input }) => [runId, input]));
  const isStillFound = ({ id, state, error }: RunSummary): boolean => {
    const { value, text, payload } = redactionOf(id);
    return [
      ...[state, error].map((one) => JSON.stringify(value((one ?? null) as Json))),
      ...(keys.get(id) ?? []).map((key) => text(key)),
      JSON.stringify(payload(inputs.get(id) ?? null)),
    ].some(shows);
  };
  return rows.filter((row) => !doubtful.includes(row) || isStillFound(row));
}
