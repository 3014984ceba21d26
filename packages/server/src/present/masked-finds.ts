import type { Json } from "@mainspring/core";
import { inputsOf, waitKeysOf } from "@mainspring/store";
import type { RunSummary, TenantDb } from "@mainspring/store";
import type { RunRedaction } from "./redaction.ts";

/** What can find a run by a text of its own. */
export interface TextFilter {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
}

/**
 * Without the rows that a search, or the filter by business state, found only by a value that their readers see masked: that a run was
 * found would confirm it. A page may so be shorter than its limit.
 */
export async function withoutMaskedFinds(
  db: TenantDb,
  { q, state }: TextFilter,
  found: readonly RunSummary[],
  redactionOf: (runId: string) => RunRedaction,
): Promise<readonly RunSummary[]> {
  const rows = state === undefined ? found : found.filter((row) => showsState(row, redactionOf(row.id)));
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

function showsState({ state }: RunSummary, redaction: RunRedaction): boolean {
  return (
    redaction.isEmpty || JSON.stringify(redaction.value((state ?? null) as Json)) === JSON.stringify(state ?? null)
  );
}
