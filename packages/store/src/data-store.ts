import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant, instantOrNull } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { TenantDb } from "./store.ts";

/** One value that workflows keep. */
export interface DataRow {
  readonly namespace: string;
  readonly key: string;
  readonly value: Json;
  /** 1, 2, 3 ... from each time that the key comes into being. */
  readonly version: number;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

/** A row of a list: without the value. */
export type DataSummary = Omit<DataRow, "value">;

export interface DataPlace {
  readonly namespace: string;
  readonly key: string;
}

/** `conflict`: the key is at another version than was expected; 0: it is absent. */
export type DataPut =
  | ({ readonly result: "put" } & Pick<DataRow, "version" | "expiresAt" | "createdAt" | "updatedAt">)
  | { readonly result: "conflict"; readonly version: number };

export type DataDelete =
  | { readonly result: "deleted" }
  | { readonly result: "absent" }
  | { readonly result: "conflict"; readonly version: number };

// A row that has expired and is not yet swept counts as absent, for reads and writes alike. The clock is the database's.
const live = sql.raw("(expires_at is null or expires_at > clock_timestamp())");
const summaryColumns = sql.raw(
  `namespace, key, version, expires_at as "expiresAt", created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`,
);

export async function getData(db: TenantDb, { namespace, key }: DataPlace): Promise<DataRow | undefined> {
  const { rows } = await sql<Raw<DataRow>>`select ${summaryColumns}, value from workflow_data_store
    where namespace = ${namespace} and key = ${key} and ${live}`.execute(db);
  return rows.map((row) => shown<DataRow>(row))[0];
}

/** Namespaces with the number of their keys, by name. */
export async function listNamespaces(
  db: TenantDb,
  request: PageRequest,
): Promise<Page<{ readonly namespace: string; readonly keys: number }>> {
  return readPage(
    { db, list: "data-namespaces", filter: {}, request, key: ["text"], keyOf: (row) => [row.namespace] },
    async (after, limit) => {
      const { rows } = await sql<{ namespace: string; keys: number }>`
        select namespace, count(*)::int as keys from workflow_data_store
        where namespace collate "C" > ${String(after?.[0] ?? "")} and ${live}
        group by namespace order by namespace collate "C" limit ${limit}`.execute(db);
      return rows;
    },
  );
}

/** Keys of a namespace, by name. */
export async function listData(
  db: TenantDb,
  namespace: string,
  request: PageRequest & { readonly prefix?: string | undefined },
): Promise<Page<DataSummary>> {
  const prefix = request.prefix ?? "";
  return readPage(
    { db, list: "data-keys", filter: { namespace, prefix }, request, key: ["text"], keyOf: (row) => [row.key] },
    async (after, limit) => {
      const { rows } = await sql<Raw<DataSummary>>`select ${summaryColumns} from workflow_data_store
        where namespace = ${namespace} and key collate "C" > ${String(after?.[0] ?? "")} and starts_with(key, ${prefix}) and ${live}
        order by key collate "C" limit ${limit}`.execute(db);
      return rows.map((row) => shown<DataSummary>(row));
    },
  );
}

/**
 * Writes a value.
 * @param put.expectedVersion only while the key is at it; 0: only while it is absent
 * @param put.ttlMs from the database's now; with neither it nor `expiresAt` the value stays
 */
export async function putData(
  db: TenantDb,
  put: DataPlace & {
    readonly value: Json;
    readonly expectedVersion?: number | undefined;
    readonly ttlMs?: number | undefined;
    readonly expiresAt?: string | undefined;
    readonly by?: string | undefined;
  },
): Promise<DataPut> {
  const { namespace, key } = put;
  const version = await lockedVersion(db, put);
  if (put.expectedVersion !== undefined && put.expectedVersion !== version) return { result: "conflict", version };
  const { rows } = await sql<Raw<DataSummary>>`
    insert into workflow_data_store (tenant_id, namespace, key, id, value, version, expires_at, updated_by)
    values (${db.tenantId}, ${namespace}, ${key}, ${newId()}, ${JSON.stringify(put.value)}::json, 1,
      coalesce(${put.expiresAt ?? null}::timestamptz, clock_timestamp() + ${put.ttlMs ?? null}::double precision * interval '1 millisecond'),
      ${put.by ?? null})
    on conflict (tenant_id, namespace, key) do update set value = excluded.value, version = ${version} + 1,
      expires_at = excluded.expires_at, updated_at = now(), updated_by = excluded.updated_by,
      created_at = case when ${version} = 0 then now() else workflow_data_store.created_at end
    returning ${summaryColumns}`.execute(db);
  const { version: written, expiresAt, createdAt, updatedAt } = shown<DataSummary>(rows[0] as Raw<DataSummary>);
  return { result: "put", version: written, expiresAt, createdAt, updatedAt };
}

/** @param place.expectedVersion only while the key is at it */
export async function deleteData(
  db: TenantDb,
  place: DataPlace & { readonly expectedVersion?: number | undefined },
): Promise<DataDelete> {
  const version = await lockedVersion(db, place);
  if (place.expectedVersion !== undefined && place.expectedVersion !== version) return { result: "conflict", version };
  await sql`delete from workflow_data_store where namespace = ${place.namespace} and key = ${place.key}`.execute(db);
  return { result: version === 0 ? "absent" : "deleted" };
}

/**
 * A write that a run may repeat: what it answered the first time is its answer each time, and it is made once. Its answer is kept 30 days.
 * @param writeKey the idempotency key of the call
 */
export async function writeOnce<Answer extends DataPut | DataDelete>(
  db: TenantDb,
  writeKey: string,
  write: () => Promise<Answer>,
): Promise<Answer> {
  // Two tries of one call at a time: the second waits for what the first answers.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`data:${db.tenantId}:${writeKey}`}, 0))`.execute(db);
  const { rows } = await sql<{ answer: Answer }>`select answer from workflow_data_store_writes
    where write_key = ${writeKey}`.execute(db);
  if (rows[0] !== undefined) return rows[0].answer;
  const answer = await write();
  // A conflict is an error, which the author's policy may try again.
  if (answer.result !== "conflict") {
    await sql`insert into workflow_data_store_writes (tenant_id, write_key, id, answer)
      values (${db.tenantId}, ${writeKey}, ${newId()}, ${JSON.stringify(answer)}::json)`.execute(db);
  }
  return answer;
}

/** Removes those of the rows that have expired. @returns how many */
export async function sweepData(db: TenantDb, ids: readonly string[]): Promise<number> {
  const { rows } =
    await sql`delete from workflow_data_store where id = any(${[...ids]}::uuid[]) and not ${live} returning id`.execute(
      db,
    );
  return rows.length;
}

/** Removes those of the remembered answers that are old enough. @returns how many */
export async function sweepDataWrites(db: TenantDb, ids: readonly string[]): Promise<number> {
  const { rows } =
    await sql`delete from workflow_data_store_writes where id = any(${[...ids]}::uuid[]) and due_at <= now() returning id`.execute(
      db,
    );
  return rows.length;
}

type Raw<R> = Omit<R, "expiresAt" | "createdAt" | "updatedAt"> & {
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

function shown<R>(row: Raw<R>): R {
  return {
    ...row,
    expiresAt: instantOrNull(row.expiresAt),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  } as unknown as R;
}

/** The version that counts now, 0 when there is none. Whoever writes the key next waits, also where there is no row to lock. */
async function lockedVersion(db: TenantDb, { namespace, key }: DataPlace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`data:${db.tenantId}:${namespace}:${key}`}, 0))`.execute(
    db,
  );
  const { rows } = await sql<{ version: number }>`select version from workflow_data_store
    where namespace = ${namespace} and key = ${key} and ${live}`.execute(db);
  return rows[0]?.version ?? 0;
}
