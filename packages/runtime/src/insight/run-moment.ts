import { MainspringError, momentAt } from "@mainspring/core";
import type { RunMoment } from "@mainspring/core";
import type { Store } from "@mainspring/store";
import { recomputed, recordedRun } from "./recorded-run.ts";

/**
 * A past moment of a run: its state after entry `seq`, and what changed by it; recomputed from recorded inputs, never read from a table.
 * @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE
 */
export async function runMoment(
  store: Store,
  request: { readonly tenantId: string; readonly runId: string; readonly seq: number },
): Promise<RunMoment & { readonly lastSeq: number }> {
  const { tenantId, runId, seq } = request;
  const { program, journal, resolve } = await store.tenant(tenantId, (db) => recordedRun(db, runId));
  const lastSeq = journal.at(-1)?.seq ?? 0;
  if (seq < 1 || seq > lastSeq) throw new MainspringError("ENTRY_NOT_FOUND", { seq, lastSeq });
  if (journal.length !== lastSeq)
    throw new MainspringError("JOURNAL_INCOMPLETE", {}, `${lastSeq - journal.length} entries are missing`);
  const moment = recomputed(() => momentAt(program, journal, seq, resolve));
  if (moment === undefined) throw new MainspringError("ENTRY_NOT_FOUND", { seq, lastSeq });
  return { ...moment, lastSeq };
}
