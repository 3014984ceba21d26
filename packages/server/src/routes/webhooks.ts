import { issueOf } from "@mainspring/api";
import type { ProblemIssue, WebhookReply } from "@mainspring/api";
import { isJsonObject, MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import {
  addWebhookSecret,
  deleteWebhook,
  getWebhook,
  insertWebhook,
  listWebhooks,
  recordAudit,
  retireWebhookSecret,
  updateWebhook,
} from "@mainspring/store";
import type { TenantDb, WebhookRow, WebhookScheme, WebhookSettings } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { expressionIssues } from "../webhooks/expressions.ts";
import { schemes } from "../webhooks/schemes/schemes.ts";
import { actorOf } from "./actor.ts";

export function webhookHandlers({ store }: Services): Handlers<"webhooks"> {
  return {
    async list({ query, caller: { tenantId } }) {
      const { items, nextCursor } = await store.tenant(tenantId, (db) => listWebhooks(db, query));
      return { status: 200, body: { items: items.map((row) => present(tenantId, row)), nextCursor } };
    },
    async get({ params, caller: { tenantId } }) {
      const row = await store.tenant(tenantId, (db) => existing(db, params.key));
      return { status: 200, body: present(tenantId, row) };
    },
    async create({ body: { key, secret, ...given }, caller }) {
      const settings = readWebhookSettings(given, secretIssues(given.scheme, secret));
      const by = actorOf(caller);
      const made = secret === undefined ? schemes[given.scheme].newSecret() : undefined;
      const row = await store.tenant(caller.tenantId, async (db) => {
        const inserted = await insertWebhook(db, { key, ...settings, by });
        if (inserted === undefined) throw new MainspringError("WEBHOOK_EXISTS", { key });
        const added = await addWebhookSecret(db, { endpointId: inserted.id, value: secret ?? made ?? "", by });
        if (added === undefined) throw new Error("A new endpoint had no place for a secret.");
        const details = { scheme: settings.scheme, secret: added.id };
        await recordAudit(db, { actor: by, action: "webhook.create", subject: `webhook:${key}`, details });
        return { ...inserted, secrets: [added] };
      });
      return {
        status: 201,
        body: { ...present(caller.tenantId, row), ...(made === undefined ? {} : { secret: made }) },
        headers: { location: `/api/v1/webhooks/${key}` },
      };
    },
    async put({ params: { key }, body, ifMatch, caller }) {
      const settings = readWebhookSettings(body);
      const by = actorOf(caller);
      const row = await store.tenant(caller.tenantId, async (db) => {
        const updated = await updateWebhook(db, key, {
          ...settings,
          by,
          ...(ifMatch === undefined ? {} : { ifRevision: ifMatch }),
        });
        if (updated === undefined) throw new MainspringError("WEBHOOK_NOT_FOUND");
        if (updated === "changed elsewhere") throw new MainspringError("REVISION_MISMATCH");
        const details = { revision: updated.revision, scheme: updated.scheme, enabled: updated.enabled };
        await recordAudit(db, { actor: by, action: "webhook.update", subject: `webhook:${key}`, details });
        return updated;
      });
      return { status: 200, body: present(caller.tenantId, row) };
    },
    async remove({ params: { key }, caller }) {
      await store.tenant(caller.tenantId, async (db) => {
        if (!(await deleteWebhook(db, key))) throw new MainspringError("WEBHOOK_NOT_FOUND");
        await recordAudit(db, { actor: actorOf(caller), action: "webhook.delete", subject: `webhook:${key}` });
      });
      return { status: 204 };
    },
    async addSecret({ params: { key }, body, caller }) {
      const by = actorOf(caller);
      const added = await store.tenant(caller.tenantId, async (db) => {
        const { id: endpointId, scheme } = await existing(db, key);
        refuse(secretIssues(scheme, body?.secret));
        const made = body?.secret === undefined ? schemes[scheme].newSecret() : undefined;
        const row = await addWebhookSecret(db, { endpointId, value: body?.secret ?? made ?? "", by });
        if (row === undefined) throw new MainspringError("WEBHOOK_SECRETS_FULL", { key });
        const details = { secret: row.id };
        await recordAudit(db, { actor: by, action: "webhook.secret.add", subject: `webhook:${key}`, details });
        return { ...row, ...(made === undefined ? {} : { secret: made }) };
      });
      return { status: 201, body: added };
    },
    async removeSecret({ params: { key, id }, caller }) {
      await store.tenant(caller.tenantId, async (db) => {
        const { id: endpointId } = await existing(db, key);
        if (!(await retireWebhookSecret(db, { endpointId, id }))) throw new MainspringError("WEBHOOK_SECRET_NOT_FOUND");
        const entry = { actor: actorOf(caller), action: "webhook.secret.remove", subject: `webhook:${key}` };
        await recordAudit(db, { ...entry, details: { secret: id } });
      });
      return { status: 204 };
    },
  };
}

/** Where the other side posts to: the tenant in clear, under whose policy endpoint and secrets are then read. */
export function webhookPath(tenantId: string, key: string): string {
  return `/hooks/${tenantId}/${key}`;
}

async function existing(db: TenantDb, key: string): Promise<WebhookRow> {
  const row = await getWebhook(db, key);
  if (row === undefined) throw new MainspringError("WEBHOOK_NOT_FOUND");
  return row;
}

interface GivenSettings {
  readonly scheme: WebhookScheme;
  readonly description?: string | null | undefined;
  readonly enabled: boolean;
  readonly eventName?: Json | undefined;
  readonly correlationKey?: Json | undefined;
  readonly headers: readonly string[];
  readonly workflow?: string | null | undefined;
  readonly reply?: { readonly waitMs: number } | null | undefined;
}

/** @throws MainspringError WEBHOOK_INVALID with all that is wrong */
export function readWebhookSettings(given: GivenSettings, more: readonly ProblemIssue[] = []): WebhookSettings {
  refuse([
    ...expressionIssues(given.eventName, "/eventName"),
    ...expressionIssues(given.correlationKey, "/correlationKey"),
    ...given.headers.flatMap((name, i) =>
      credentialHeaders.has(name.toLowerCase())
        ? [
            issueOf(
              "FIELD_INVALID",
              `/headers/${i}`,
              `${name} may hold credentials, which do not belong into payloads.`,
            ),
          ]
        : [],
    ),
    ...(isJsonObject(given.reply) && (given.workflow ?? null) === null
      ? [issueOf("FIELD_MISSING", "/workflow", "A reply is the output of a workflow's run, and no workflow is named.")]
      : []),
    ...more,
  ]);
  return {
    scheme: given.scheme,
    description: given.description ?? null,
    enabled: given.enabled,
    eventName: given.eventName ?? null,
    correlationKey: given.correlationKey ?? null,
    headers: [...new Set(given.headers.map((name) => name.toLowerCase()))],
    workflow: given.workflow ?? null,
    replyWaitMs: given.reply?.waitMs ?? null,
  };
}

/** Neither part of a payload nor visible to expressions. */
export const credentialHeaders: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie"]);

function secretIssues(scheme: WebhookScheme, secret: string | undefined): ProblemIssue[] {
  const problem = secret === undefined ? undefined : schemes[scheme].secretProblem?.(secret);
  return problem === undefined ? [] : [issueOf("FIELD_INVALID", "/secret", problem)];
}

function refuse(issues: readonly ProblemIssue[]): void {
  const [first] = issues;
  if (first !== undefined)
    throw new MainspringError(
      "WEBHOOK_INVALID",
      { issues: [...issues] as unknown as Json },
      `${first.pointer}: ${first.message}`,
    );
}

function present(tenantId: string, row: WebhookRow): WebhookReply {
  const { id: _, replyWaitMs, eventName, correlationKey, headers, secrets, ...rest } = row;
  return {
    ...rest,
    path: webhookPath(tenantId, row.key),
    eventName: eventName as WebhookReply["eventName"],
    correlationKey: correlationKey as WebhookReply["correlationKey"],
    headers: [...headers],
    reply: replyWaitMs === null ? null : { waitMs: replyWaitMs },
    secrets: secrets.map((secret) => ({ ...secret })),
  };
}
