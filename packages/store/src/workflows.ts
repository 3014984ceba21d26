import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant, instantOrNull } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { TenantDb } from "./store.ts";

export interface WorkflowRow {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** The draft. */
  readonly document: Json;
  readonly sourceText: string | null;
  readonly revision: number;
  readonly publishedVersion: number | null;
  readonly pausedAt: string | null;
  readonly pausedBy: string | null;
  readonly pauseNote: string | null;
  readonly concurrencyLimit: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A row of a list: without the draft. */
export type WorkflowSummary = Omit<WorkflowRow, "document" | "sourceText">;

type Raw<R> = Omit<R, "pausedAt" | "createdAt" | "updatedAt"> & {
  readonly pausedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

const summaryColumns =
  sql.raw(`id, key, name, revision, published_version as "publishedVersion", paused_at as "pausedAt", paused_by as "pausedBy",
  pause_note as "pauseNote", concurrency_limit as "concurrencyLimit",
  created_at as "createdAt", updated_at as "updatedAt"`);

/** @param workflow.sourceText what the document was written as, where it was text */
export async function insertWorkflow(
  db: TenantDb,
  workflow: { readonly key: string; readonly name: string; readonly document: Json; readonly sourceText?: string },
): Promise<{ revision: number } | "exists"> {
  const { rows } = await sql<{ revision: number }>`
    insert into workflow_definitions (tenant_id, id, key, name, document, source_text)
    values (${db.tenantId}, ${newId()}, ${workflow.key}, ${workflow.name}, ${JSON.stringify(workflow.document)}::json, ${workflow.sourceText ?? null})
    on conflict (tenant_id, key) do nothing returning revision`.execute(db);
  return rows[0] ?? "exists";
}

export async function getWorkflow(db: TenantDb, key: string): Promise<WorkflowRow | undefined> {
  const { rows } = await sql<
    Raw<WorkflowRow>
  >`select ${summaryColumns}, document, source_text as "sourceText" from workflow_definitions where key = ${key}`.execute(
    db,
  );
  return rows.map((row) => shown<WorkflowRow>(row))[0];
}

/** By key. */
export async function listWorkflows(db: TenantDb, request: PageRequest): Promise<Page<WorkflowSummary>> {
  return readPage(
    { db, list: "workflows", filter: {}, request, key: ["text"], keyOf: (row) => [row.key] },
    async (after, limit) => {
      const { rows } = await sql<Raw<WorkflowSummary>>`select ${summaryColumns} from workflow_definitions
      where key collate "C" > ${String(after?.[0] ?? "")} order by key collate "C" limit ${limit}`.execute(db);
      return rows.map((row) => shown<WorkflowSummary>(row));
    },
  );
}

/**
 * Replaces the draft.
 * @param draft.ifRevision only while the draft is at it
 * @returns `mismatch` when the draft is at another revision; undefined when there is no such workflow
 */
export async function saveDraft(
  db: TenantDb,
  key: string,
  draft: {
    readonly name?: string;
    readonly document: Json;
    readonly sourceText?: string;
    readonly ifRevision?: number;
  },
): Promise<{ revision: number } | "mismatch" | undefined> {
  const { rows } = await sql<{ revision: number }>`
    update workflow_definitions set document = ${JSON.stringify(draft.document)}::json, source_text = ${draft.sourceText ?? null},
      name = coalesce(${draft.name ?? null}, name), revision = revision + 1, updated_at = now()
    where key = ${key} and (${draft.ifRevision ?? null}::int is null or revision = ${draft.ifRevision ?? null}::int)
    returning revision`.execute(db);
  if (rows[0] !== undefined) return rows[0];
  const { rows: found } = await sql`select from workflow_definitions where key = ${key}`.execute(db);
  return found.length > 0 ? "mismatch" : undefined;
}

function shown<R>(row: Raw<R>): R {
  return {
    ...row,
    pausedAt: instantOrNull(row.pausedAt),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  } as unknown as R;
}
