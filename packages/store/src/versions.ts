import { calledWorkflows, isJsonObject } from "@mainspring/core";
import type { Json, Program } from "@mainspring/core";
import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { rebindSchedules } from "./schedule-bindings.ts";
import type { TenantDb } from "./store.ts";
import { keepTriggers } from "./triggers.ts";

const prepared = sql.raw(preparedMark);

export interface NewVersion {
  readonly workflowKey: string;
  readonly document: Json;
  readonly sourceText?: string | undefined;
  readonly definitionHash: string;
  readonly program: Json;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly payloadSchema?: Json | undefined;
  readonly bounds?: Json | undefined;
  readonly publishedBy?: string | undefined;
}

export interface VersionRow {
  readonly workflowKey: string;
  readonly version: number;
  readonly document: Json;
  readonly sourceText: string | null;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly payloadSchema: Json | null;
  readonly bounds: Json | null;
  readonly publishedBy: string | null;
  readonly publishedAt: string;
}

export type VersionSummary = Omit<VersionRow, "document" | "sourceText" | "payloadSchema" | "bounds">;

/** What a start pins, and checks its payload against. */
export interface PinnedDefinition {
  readonly workflowId: string;
  readonly workflowKey: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly payloadSchema: Json | null;
  readonly paused: boolean;
  /** False where only older versions are there: the workflow was unpublished. */
  readonly isPublished: boolean;
  /** Of the workflow: so many runs of it may be under way at once; null: no limit of its own. */
  readonly concurrencyLimit: number | null;
}

type Raw<R> = Omit<R, "publishedAt"> & { readonly publishedAt: Date };

const summaryColumns =
  sql.raw(`w.key as "workflowKey", v.version, v.definition_hash as "definitionHash", v.program_hash as "programHash",
  v.semantics, v.published_by as "publishedBy", v.published_at as "publishedAt"`);
const allColumns = sql`${summaryColumns}, v.document, v.source_text as "sourceText", v.payload_schema as "payloadSchema", v.bounds`;
const keyShare = sql.raw("for key share of w");
const joined = sql.raw(
  `workflow_definition_versions v join workflow_definitions w on w.tenant_id = v.tenant_id and w.id = v.workflow_id`,
);

/**
 * Publishes: the next version, which never changes, becomes the one that starts use. When neither document nor program differ from
 * the published version, that one is returned and nothing is written.
 * @returns undefined when there is no such workflow
 */
export async function insertVersion(
  db: TenantDb,
  version: NewVersion,
): Promise<{ version: number; created: boolean } | undefined> {
  // Two who publish at once get one number each.
  const { rows } = await sql<{
    id: string;
    published: number | null;
  }>`select id, published_version as published from workflow_definitions
    where key = ${version.workflowKey} for update`.execute(db);
  const workflow = rows[0];
  if (workflow === undefined) return undefined;
  const same = await sql<{
    version: number;
  }>`select version from workflow_definition_versions where workflow_id = ${workflow.id}
    and version = ${workflow.published} and definition_hash = ${version.definitionHash} and program_hash = ${version.programHash}`.execute(
    db,
  );
  if (same.rows[0] !== undefined) return { version: same.rows[0].version, created: false };
  const inserted = await sql<{ version: number }>`
    insert into workflow_definition_versions (tenant_id, workflow_id, version, document, source_text, definition_hash, program, program_hash, semantics,
      payload_schema, bounds, published_by, calls)
    select ${db.tenantId}::uuid, ${workflow.id}::uuid, coalesce(max(version), 0) + 1, ${JSON.stringify(version.document)}::json, ${version.sourceText ?? null}, ${version.definitionHash},
      ${JSON.stringify(version.program)}::json, ${version.programHash}, ${version.semantics}::int, ${jsonOrNull(version.payloadSchema)}::json, ${jsonOrNull(version.bounds)}::json, ${version.publishedBy ?? null},
      ${JSON.stringify(calledWorkflows(stepsIn(version.program)))}::json
    from workflow_definition_versions where workflow_id = ${workflow.id} returning version`.execute(db);
  const number = inserted.rows[0]?.version;
  if (number === undefined) throw new Error("A version was not written.");
  await keepTriggers(db, { workflowId: workflow.id, version: number, program: version.program });
  const payloadSchema = version.payloadSchema ?? null;
  await rebindSchedules(db, { workflowId: workflow.id, version: number, payloadSchema });
  await sql`update workflow_definitions set published_version = ${number}, updated_at = now() where id = ${workflow.id}`.execute(
    db,
  );
  return { version: number, created: true };
}

/** The version that starts use; undefined when none is published. */
export async function publishedVersion(db: TenantDb, key: string): Promise<VersionRow | undefined> {
  const { rows } = await sql<
    Raw<VersionRow>
  >`select ${allColumns} from ${joined} where w.key = ${key} and v.version = w.published_version`.execute(db);
  return rows.map((row) => shown<VersionRow>(row))[0];
}

export async function getVersion(db: TenantDb, key: string, version: number): Promise<VersionRow | undefined> {
  const { rows } = await sql<
    Raw<VersionRow>
  >`select ${allColumns} from ${joined} where w.key = ${key} and v.version = ${version}`.execute(db);
  return rows.map((row) => shown<VersionRow>(row))[0];
}

/** Newest first. */
export async function listVersions(db: TenantDb, key: string, request: PageRequest): Promise<Page<VersionSummary>> {
  return readPage(
    { db, list: "versions", filter: { key }, request, key: ["integer"], keyOf: (row) => [row.version] },
    async (after, limit) => {
      const { rows } = await sql<Raw<VersionSummary>>`select ${summaryColumns} from ${joined}
      where w.key = ${key} and (${after?.[0] ?? null}::int is null or v.version < ${after?.[0] ?? null}::int) order by v.version desc limit ${limit}`.execute(
        db,
      );
      return rows.map((row) => shown<VersionSummary>(row));
    },
  );
}

/** A compiled program by its hash, whichever version it belongs to, also one under the semantics of a caller. */
export async function getProgram(db: TenantDb, programHash: string): Promise<Json | undefined> {
  const { rows } = await sql<{
    program: Json;
  }>`${prepared} select program from workflow_definition_versions where program_hash = ${programHash}
    union all select program from workflow_programs where program_hash = ${programHash} limit 1`.execute(db);
  return rows[0]?.program;
}

/**
 * @param version left out: the published one
 * @param options.kept to the end of the transaction nobody can delete the workflow
 */
export async function definitionOf(
  db: TenantDb,
  workflowKey: string,
  version?: number,
  options: { readonly kept?: true } = {},
): Promise<PinnedDefinition | undefined> {
  const { rows } = await sql<PinnedDefinition>`${prepared}
    select w.id as "workflowId", w.key as "workflowKey", v.version, v.definition_hash as "definitionHash", v.program_hash as "programHash",
      v.semantics, v.payload_schema as "payloadSchema", w.paused_at is not null as paused, w.published_version is not null as "isPublished",
      w.concurrency_limit as "concurrencyLimit"
    from ${joined} where w.key = ${workflowKey} and v.version = coalesce(${version ?? null}::int, w.published_version)
    ${options.kept === true ? keyShare : sql``}`.execute(db);
  return rows[0];
}

/** Of a program; whatever else is stored as one has none. */
function stepsIn(program: Json): Pick<Program, "steps"> {
  const steps = isJsonObject(program) ? program["steps"] : undefined;
  return { steps: Array.isArray(steps) ? (steps as unknown as Program["steps"]) : [] };
}

function jsonOrNull(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function shown<R>(row: Raw<R>): R {
  return { ...row, publishedAt: instant(row.publishedAt) } as unknown as R;
}
