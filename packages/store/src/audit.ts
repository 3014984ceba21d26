import { createHash } from "node:crypto";
import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { TenantDb } from "./store.ts";

export interface AuditEntry {
  readonly id: string;
  /** 1, 2, 3 ... per tenant, without a gap. */
  readonly seq: number;
  readonly at: string;
  /** Such as `api-key:<id>`, `platform`. */
  readonly actor: string;
  /** Such as `workflow.publish`. */
  readonly action: string;
  /** Such as `workflow:order`. */
  readonly subject: string;
  readonly details: Json;
  readonly hash: string;
}

/** All parts hold together. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

interface NewAuditEntry {
  readonly actor: string;
  readonly action: string;
  /** Such as `run:<id>`. */
  readonly subject: string;
  /** JSON. */
  readonly details?: unknown;
}

/**
 * Writes down who did what. Nothing changes or removes it. The last statement of its transaction, since others of the tenant that
 * write one wait for it: entries are a chain. Its place, time and hash are the database's to give (migration 0021).
 */
export async function recordAudit(db: TenantDb, entry: NewAuditEntry): Promise<void> {
  await sql`insert into audit_log (tenant_id, id, actor, action, subject, details)
    values (${db.tenantId}, ${newId()}, ${entry.actor}, ${entry.action}, ${entry.subject}, ${entry.details === undefined ? null : JSON.stringify(entry.details)}::json)`.execute(
    db,
  );
}

/** Writes the entry that a tenant's log begins with; nothing where it has begun. */
export async function recordFirstAudit(db: TenantDb, entry: NewAuditEntry): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`audit:${db.tenantId}`}, 0))`.execute(db);
  const { rows } = await sql`select from audit_log limit 1`.execute(db);
  if (rows.length === 0) await recordAudit(db, entry);
}

/** Newest first. @throws MainspringError CURSOR_MISMATCH */
export async function listAudit(db: TenantDb, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEntry>> {
  const { actor = null, action = null, subject = null, from = null, to = null } = filter;
  return readPage(
    {
      db,
      list: "audit",
      filter: [actor, action, subject, from, to],
      request,
      key: ["integer"],
      keyOf: (row) => [row.seq],
    },
    async (after, limit) => {
      const { rows } = await sql<Omit<AuditEntry, "at" | "seq"> & { readonly at: Date; readonly seq: string }>`
        select id, seq, at, actor, action, subject, details, hash from audit_log
        where seq < ${after === undefined ? Number.MAX_SAFE_INTEGER : Number(after[0])}
          and (${actor}::text is null or actor = ${actor}) and (${action}::text is null or action = ${action})
          and (${subject}::text is null or subject = ${subject})
          and (${from}::timestamptz is null or at >= ${from}::timestamptz) and (${to}::timestamptz is null or at < ${to}::timestamptz)
        order by seq desc limit ${limit}`.execute(db);
      return rows.map((row) => ({ ...row, seq: Number(row.seq), at: instant(row.at) }));
    },
  );
}

/** Something that cannot be as it was written. */
export interface AuditFault {
  readonly seq: number;
  /** Null where the entry itself is gone. */
  readonly id: string | null;
  /**
   * `altered`: the entry does not have its hash, or says something else than it did. `missing`: there is none of this number.
   * `unlinked`: it does not follow the one before it (inserted, moved, or that one was rewritten). `rewritten`: not the entry whose hash
   * was written down elsewhere.
   */
  readonly fault: "altered" | "missing" | "unlinked" | "rewritten";
}

export interface AuditVerification {
  readonly valid: boolean;
  readonly entries: number;
  /** The last entry. Kept elsewhere it shows later whether the whole chain was made anew. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** Entries of a deleted tenant: their place is verified, what they said is gone. */
  readonly pseudonymised: number;
  /** The first hundred. */
  readonly faults: readonly AuditFault[];
}

const faultsMax = 100;
const readAtOnce = 1_000;
const noHash = "0".repeat(64);

/**
 * Recomputes the tenant's chain from its first entry.
 * @param anchor an entry as `head` once named it
 */
export async function verifyAudit(
  db: TenantDb,
  anchor?: { readonly seq: number; readonly hash: string },
): Promise<AuditVerification> {
  const { rows: ends } = await sql<{
    seq: string;
    hash: string;
  }>`select audit_seq as seq, audit_hash as hash from tenants
    where id = ${db.tenantId}`.execute(db);
  const living = ends[0] === undefined ? undefined : { seq: Number(ends[0].seq), hash: ends[0].hash };
  const faults: AuditFault[] = [];
  // A chain that was made anew has as many as it has entries.
  const fault = (one: AuditFault): void => {
    if (faults.length < faultsMax) faults.push(one);
  };
  let last = { seq: 0, hash: noHash };
  let entries = 0;
  let pseudonymised = 0;
  let anchored = anchor === undefined;
  for (;;) {
    const rows = await readChain(db, last.seq, living?.seq);
    for (const row of rows) {
      entries += 1;
      for (let seq = last.seq + 1; seq < row.seq && faults.length < faultsMax; seq += 1)
        faults.push({ seq, id: null, fault: "missing" });
      const isGap = row.seq !== last.seq + 1;
      const found = faultOf(row, { isGap, lastHash: last.hash, isLiving: living !== undefined });
      if (found !== undefined) fault({ seq: row.seq, id: row.id, fault: found });
      if (row.seq === anchor?.seq) {
        anchored = true;
        if (row.hash !== anchor.hash) fault({ seq: row.seq, id: row.id, fault: "rewritten" });
      }
      if (row.pseudonymised) pseudonymised += 1;
      last = { seq: row.seq, hash: row.hash };
    }
    if (rows.length < readAtOnce) break;
  }
  if (living !== undefined) {
    for (let seq = last.seq + 1; seq <= living.seq && faults.length < faultsMax; seq += 1)
      faults.push({ seq, id: null, fault: "missing" });
    const isAtEnd = last.seq === living.seq;
    if (isAtEnd && last.hash !== living.hash) fault({ seq: last.seq, id: null, fault: "rewritten" });
    for (const one of await behindTheEnd(db)) fault(one);
  }
  if (!anchored && anchor !== undefined) fault({ seq: anchor.seq, id: null, fault: "missing" });
  return {
    valid: faults.length === 0,
    entries,
    head: last,
    pseudonymised,
    faults,
  };
}

interface ChainRow {
  readonly tenantId: string;
  readonly id: string;
  readonly seq: number;
  /** With microseconds, as the hash has it. */
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly details: string | null;
  readonly salt: string | null;
  readonly contentHash: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly pseudonymised: boolean;
}

async function readChain(db: TenantDb, afterSeq: number, upTo = Number.MAX_SAFE_INTEGER): Promise<ChainRow[]> {
  const { rows } = await sql<Omit<ChainRow, "seq"> & { readonly seq: string }>`
    select tenant_id as "tenantId", id, seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, action, actor, subject,
      details::text as details, salt, content_hash as "contentHash", previous_hash as "previousHash", hash,
      pseudonymised_at is not null as pseudonymised
    from audit_log where seq > ${afterSeq} and seq <= ${upTo} order by seq limit ${readAtOnce}`.execute(db);
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

/** Entries that the chain's end does not know of. One statement: what others write meanwhile moves both. */
async function behindTheEnd(db: TenantDb): Promise<AuditFault[]> {
  const { rows } = await sql<{
    id: string;
    seq: string;
  }>`select a.id, a.seq from audit_log a join tenants t on t.id = a.tenant_id
    where a.tenant_id = ${db.tenantId} and a.seq > t.audit_seq order by a.seq limit ${faultsMax}`.execute(db);
  return rows.map(({ id, seq }) => ({ id, seq: Number(seq), fault: "unlinked" }));
}

function faultOf(
  row: ChainRow,
  around: { readonly isGap: boolean; readonly lastHash: string; readonly isLiving: boolean },
): AuditFault["fault"] | undefined {
  const { tenantId, seq, id, at, action, actor, subject, details, salt, contentHash, previousHash, hash } = row;
  // Only with its tenant does an entry lose what it says.
  const isToldInFull = !row.pseudonymised || around.isLiving;
  if (isToldInFull && contentHash !== sha256(salt, actor, subject, details)) return "altered";
  if (hash !== sha256(tenantId, seq, id, at, action, contentHash, previousHash)) return "altered";
  return !around.isGap && previousHash !== around.lastHash ? "unlinked" : undefined;
}

/** Of the parts as `json_build_array(..)::text` writes them: migration 0021 computes the same. */
function sha256(...parts: readonly (string | number | null)[]): string {
  return createHash("sha256")
    .update(`[${parts.map((part) => JSON.stringify(part)).join(", ")}]`)
    .digest("hex");
}
