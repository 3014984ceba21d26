import {
  foldJournal,
  JournalError,
  MainspringError,
  type Json,
  type JournalEntry,
  type Program,
  type ResolveReference,
  type RunState,
} from "@mainspring/core";
import { getBlobs, getProgram, getRun, journalOf, type Store, type TenantDb } from "@mainspring/store";

/**
 * The state of a run after entry `seq`, or after its last one: folded from the inputs that it recorded, never read from a table.
 * @throws MainspringError RUN_NOT_FOUND; JournalError when entries are missing
 */
export async function stateAt(
  store: Store,
  request: { readonly tenantId: string; readonly runId: string; readonly seq?: number },
): Promise<RunState> {
  const { tenantId, runId, seq } = request;
  return store.tenant(tenantId, async (db) => {
    const run = await getRun(db, runId);
    const programHash = run?.programHash ?? undefined;
    const program = programHash === undefined ? undefined : await getProgram(db, programHash);
    if (program === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
    const journal = await journalOf(db, runId);
    return foldJournal(
      program as unknown as Program,
      journal,
      await journalValues(db, journal),
      seq === undefined ? {} : { untilSeq: seq },
    );
  });
}

/** The values that inputs of a journal name instead of holding them. @throws JournalError when one that is asked for is missing */
export async function journalValues(db: TenantDb, journal: readonly JournalEntry[]): Promise<ResolveReference> {
  const blobs = await getBlobs(db, referencedHashes(journal));
  return ({ hash }) => {
    const bytes = blobs.get(hash);
    if (bytes === undefined)
      throw new JournalError(
        "JOURNAL_REFERENCE_UNRESOLVED",
        `The journal names the value ${hash}, which is not in the store.`,
      );
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Json;
  };
}

/** Of all values that inputs name instead of holding them. */
function referencedHashes(journal: readonly JournalEntry[]): string[] {
  const hashes = new Set<string>();
  for (const entry of journal) {
    if (entry.kind !== "input") continue;
    if (entry.data.kind === "start") collect(entry.data.reference, hashes);
    else if (entry.data.kind === "restart") collect(entry.data.origin.reference, hashes);
    else collectAll(entry.data.event, hashes);
  }
  return [...hashes];
}

function collectAll(value: unknown, hashes: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  collect(value, hashes);
  for (const member of Object.values(value)) collectAll(member, hashes);
}

function collect(value: unknown, hashes: Set<string>): void {
  const hash = (value as { readonly hash?: unknown } | undefined)?.hash;
  if (typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash)) hashes.add(hash);
}
