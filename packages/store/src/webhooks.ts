import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { seal, unseal } from "./sealing.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";
import type { TenantKey } from "./tenant-keys.ts";

export type WebhookScheme = "standard" | "github" | "stripe" | "slack";

/** What an author says of an endpoint. */
export interface WebhookSettings {
  readonly scheme: WebhookScheme;
  readonly description: string | null;
  readonly enabled: boolean;
  /** A text, or `{$expr}`; null: as the scheme has it. */
  readonly eventName: Json;
  readonly correlationKey: Json;
  /** In lower case. */
  readonly headers: readonly string[];
  readonly workflow: string | null;
  readonly replyWaitMs: number | null;
}

export interface WebhookRow extends WebhookSettings {
  readonly id: string;
  readonly key: string;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
  /** Oldest first; never what they are. */
  readonly secrets: readonly WebhookSecretRow[];
}

export interface WebhookSecretRow {
  readonly id: string;
  readonly createdAt: string;
  readonly createdBy: string | null;
}

export const webhookSecretsMax = 2;

/** @returns undefined when the tenant has an endpoint of this key */
export async function insertWebhook(
  db: TenantDb,
  webhook: WebhookSettings & { readonly key: string; readonly by?: string },
): Promise<WebhookRow | undefined> {
  const { rows } = await sql<Raw>`insert into webhook_endpoints
      (tenant_id, id, key, scheme, description, enabled, event_name, correlation_key, headers, workflow_key, reply_wait_ms, updated_by)
    values (${db.tenantId}, ${newId()}, ${webhook.key}, ${webhook.scheme}, ${webhook.description}, ${webhook.enabled}, ${jsonOrNull(webhook.eventName)}::json,
      ${jsonOrNull(webhook.correlationKey)}::json, ${JSON.stringify(webhook.headers)}::json, ${webhook.workflow}, ${webhook.replyWaitMs}::int, ${webhook.by ?? null})
    on conflict (tenant_id, key) do nothing returning ${columns}`.execute(db);
  return (await withSecrets(db, rows))[0];
}

/**
 * Says everything of an endpoint anew but its secrets.
 * @param change.ifRevision left out: whatever the revision is
 * @returns undefined: there is none of this key; `changed elsewhere`: it has another revision
 */
export async function updateWebhook(
  db: TenantDb,
  key: string,
  change: WebhookSettings & { readonly by?: string; readonly ifRevision?: number },
): Promise<WebhookRow | "changed elsewhere" | undefined> {
  const { rows } =
    await sql<Raw>`update webhook_endpoints set scheme = ${change.scheme}, description = ${change.description}, enabled = ${change.enabled},
      event_name = ${jsonOrNull(change.eventName)}::json, correlation_key = ${jsonOrNull(change.correlationKey)}::json,
      headers = ${JSON.stringify(change.headers)}::json, workflow_key = ${change.workflow}, reply_wait_ms = ${change.replyWaitMs}::int,
      revision = revision + 1, updated_at = now(), updated_by = ${change.by ?? null}
    where key = ${key} and (${change.ifRevision ?? null}::int is null or revision = ${change.ifRevision ?? null}::int)
    returning ${columns}`.execute(db);
  const [updated] = await withSecrets(db, rows);
  if (updated !== undefined || change.ifRevision === undefined) return updated;
  return (await getWebhook(db, key)) === undefined ? undefined : "changed elsewhere";
}

export async function getWebhook(db: TenantDb, key: string): Promise<WebhookRow | undefined> {
  const { rows } = await sql<Raw>`select ${columns} from webhook_endpoints where key = ${key}`.execute(db);
  return (await withSecrets(db, rows))[0];
}

/** By key. */
export async function listWebhooks(db: TenantDb, request: PageRequest): Promise<Page<WebhookRow>> {
  return readPage(
    { db, list: "webhooks", filter: {}, request, key: ["text"], keyOf: (row) => [row.key] },
    async (after, limit) => {
      const { rows } = await sql<Raw>`select ${columns} from webhook_endpoints
        where key collate "C" > ${String(after?.[0] ?? "")} order by key collate "C" limit ${limit}`.execute(db);
      return withSecrets(db, rows);
    },
  );
}

/** With its secrets. Its events stay. @returns false when there is no such endpoint */
export async function deleteWebhook(db: TenantDb, key: string): Promise<boolean> {
  const { rows } = await sql`delete from webhook_endpoints where key = ${key} returning id`.execute(db);
  return rows.length > 0;
}

/** @returns undefined when the endpoint has two already */
export async function addWebhookSecret(
  db: TenantDb,
  secret: { readonly endpointId: string; readonly value: string; readonly by?: string },
): Promise<WebhookSecretRow | undefined> {
  const { endpointId, value, by } = secret;
  const id = newId();
  const { version: keyVersion, key } = await db.keys.newestToKeep(db);
  const sealed = seal(key, Buffer.from(value, "utf8"), contextOf(db.tenantId, endpointId, id));
  // Of two that take the last place at once, the unique slot refuses one.
  const { rows } = await sql<{ createdAt: Date }>`
    insert into webhook_secrets (tenant_id, id, endpoint_id, slot, key_version, sealed, created_by)
    select ${db.tenantId}, ${id}, ${endpointId}, free.slot, ${keyVersion}, ${sealed}, ${by ?? null}
    from (select slot from (values (1), (2)) places (slot)
      where not exists (select from webhook_secrets s where s.endpoint_id = ${endpointId} and s.slot = places.slot)
      order by slot limit 1) free
    on conflict (tenant_id, endpoint_id, slot) do nothing
    returning created_at as "createdAt"`.execute(db);
  const [row] = rows;
  return row === undefined ? undefined : { id, createdAt: instant(row.createdAt), createdBy: by ?? null };
}

/** What it signed is refused from the commit on. @returns false when the endpoint has no such secret */
export async function retireWebhookSecret(
  db: TenantDb,
  secret: { readonly endpointId: string; readonly id: string },
): Promise<boolean> {
  if (!isUuid(secret.id)) return false;
  const { rows } =
    await sql`delete from webhook_secrets where endpoint_id = ${secret.endpointId} and id = ${secret.id} returning id`.execute(
      db,
    );
  return rows.length > 0;
}

/** The values of an endpoint's secrets: for the one place that verifies signatures, and nobody else. */
export async function readWebhookSecrets(db: TenantDb, endpointId: string): Promise<string[]> {
  const { rows } = await sql<SealedRow>`select ${sealedColumns} from webhook_secrets
    where endpoint_id = ${endpointId} order by slot`.execute(db);
  const values: string[] = [];
  for (const row of rows) values.push((await opened(db, row)).toString("utf8"));
  return values;
}

/** Seals every endpoint's secrets under another key of the tenant. */
export async function resealWebhookSecrets(db: TenantDb, { version, key }: TenantKey): Promise<void> {
  const { rows } = await sql<SealedRow>`select ${sealedColumns} from webhook_secrets order by id for update`.execute(
    db,
  );
  for (const row of rows) {
    const sealed = seal(key, await opened(db, row), contextOf(db.tenantId, row.endpointId, row.id));
    await sql`update webhook_secrets set key_version = ${version}, sealed = ${sealed} where id = ${row.id}`.execute(db);
  }
}

interface SealedRow {
  readonly id: string;
  readonly endpointId: string;
  readonly keyVersion: number;
  readonly sealed: Buffer;
}

const sealedColumns = sql.raw(`id, endpoint_id as "endpointId", key_version as "keyVersion", sealed`);

async function opened(db: TenantDb, { id, endpointId, keyVersion, sealed }: SealedRow): Promise<Buffer> {
  const { key } = await db.keys.version(db, keyVersion);
  return unseal(key, sealed, contextOf(db.tenantId, endpointId, id));
}

type Raw = Omit<WebhookRow, "secrets" | "createdAt" | "updatedAt"> & {
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

const columns =
  sql.raw(`id, key, scheme, description, enabled, event_name as "eventName", correlation_key as "correlationKey", headers,
  workflow_key as workflow, reply_wait_ms as "replyWaitMs", revision, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`);

async function withSecrets(db: TenantDb, endpoints: readonly Raw[]): Promise<WebhookRow[]> {
  if (endpoints.length === 0) return [];
  const { rows } = await sql<{ endpointId: string; id: string; createdAt: Date; createdBy: string | null }>`
    select endpoint_id as "endpointId", id, created_at as "createdAt", created_by as "createdBy" from webhook_secrets
    where endpoint_id = any(${endpoints.map(({ id }) => id)}::uuid[]) order by created_at, id`.execute(db);
  return endpoints.map((row) => ({
    ...row,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
    secrets: rows
      .filter(({ endpointId }) => endpointId === row.id)
      .map(({ id, createdAt, createdBy }) => ({ id, createdAt: instant(createdAt), createdBy })),
  }));
}

function jsonOrNull(value: Json): string | null {
  return value === null ? null : JSON.stringify(value);
}

function contextOf(tenantId: string, endpointId: string, id: string): readonly string[] {
  return ["mainspring/webhook-secret", tenantId, endpointId, id];
}
