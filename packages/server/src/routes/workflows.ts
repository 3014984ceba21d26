import { issueOf } from "@mainspring/api";
import type { WorkflowSummary as WorkflowSummaryReply } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { checkDefinition } from "@mainspring/core/compile";
import type { CompileCatalogue } from "@mainspring/core/compile";
import {
  deleteWorkflow,
  getVersion,
  getWorkflow,
  insertVersion,
  insertWorkflow,
  listVersions,
  listWorkflows,
  pauseWorkflow,
  putWorkflowSettings,
  recordAudit,
  saveDraft,
  unpauseWorkflow,
  unpublishWorkflow,
} from "@mainspring/store";
import type { TenantDb, VersionSummary, WorkflowRow, WorkflowSummary } from "@mainspring/store";
import { stayingCallers } from "../definitions/callers.ts";
import { publishCatalogue } from "../definitions/publish-catalogue.ts";
import { hasErrors, identityOf, readDefinition } from "../definitions/read-definition.ts";
import type { ReadDefinition } from "../definitions/read-definition.ts";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function workflowHandlers(
  services: Services,
): Omit<Handlers<"workflows">, "diff" | "whatIf" | "export" | "exportMany" | "import"> {
  const { store } = services;
  const knownTo = (tenantId: string): Promise<CompileCatalogue> =>
    store.tenant(tenantId, (db) => publishCatalogue(services, db));

  return {
    async list({ query, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, (db) => listWorkflows(db, query));
      return { status: 200, body: { items: items.map(presentSummary), nextCursor } };
    },
    async create({ body, yaml, caller }) {
      const read = readDefinition(yaml ?? body?.definition, await knownTo(caller.tenantId));
      const { key, name } = identityOf(read);
      const inserted = await store.tenant(caller.tenantId, async (db) => {
        const made = await insertWorkflow(db, { key, name, ...draftOf(read, yaml) });
        if (made !== "exists")
          await recordAudit(db, { actor: actorOf(caller), action: "workflow.create", subject: `workflow:${key}` });
        return made;
      });
      if (inserted === "exists")
        throw new MainspringError("WORKFLOW_EXISTS", { key }, `there is a workflow ${key} already`);
      return {
        status: 201,
        body: { key, revision: inserted.revision, issues: [...read.issues] },
        headers: { etag: `"${inserted.revision}"` },
      };
    },
    async get({ params, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => existing(db, params.key));
      return {
        status: 200,
        body: { ...presentSummary(row), definition: row.document, source: row.sourceText },
        headers: { etag: `"${row.revision}"` },
      };
    },
    async save({ params, body, yaml, ifMatch, caller }) {
      const read = readDefinition(yaml ?? body?.definition, await knownTo(caller.tenantId));
      const { key, name } = identityOf(read);
      if (key !== params.key) {
        const message = `the definition is of workflow ${key}, the address of ${params.key}`;
        const pointer = yaml === undefined ? "/definition/workflow" : "/workflow";
        throw new MainspringError(
          "WORKFLOW_KEY_MISMATCH",
          { issues: [issueOf("WORKFLOW_KEY_MISMATCH", pointer, message)] },
          message,
        );
      }
      const saved = await store.tenant(caller.tenantId, async (db) => {
        const ifRevision = ifMatch === undefined ? {} : { ifRevision: ifMatch };
        const done = await saveDraft(db, key, { name, ...draftOf(read, yaml), ...ifRevision });
        if (done !== undefined && done !== "mismatch")
          await recordAudit(db, {
            actor: actorOf(caller),
            action: "workflow.save",
            subject: `workflow:${key}`,
            details: { revision: done.revision },
          });
        return done;
      });
      if (saved === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
      if (saved === "mismatch") throw revisionMismatch(ifMatch);
      return {
        status: 200,
        body: { key, revision: saved.revision, issues: [...read.issues] },
        headers: { etag: `"${saved.revision}"` },
      };
    },
    async remove({ params, ifMatch, caller }) {
      const deletion = await store.tenant(caller.tenantId, async (db) => {
        const done = await deleteWorkflow(db, params.key, ifMatch === undefined ? {} : { ifRevision: ifMatch });
        if (done === "deleted")
          await recordAudit(db, {
            actor: actorOf(caller),
            action: "workflow.delete",
            subject: `workflow:${params.key}`,
          });
        return done;
      });
      if (deletion === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
      if (deletion === "mismatch") throw revisionMismatch(ifMatch);
      if (deletion !== "deleted")
        throw new MainspringError(
          "WORKFLOW_IN_USE",
          { openRuns: deletion.openRuns, heldRuns: deletion.heldRuns, callers: [...deletion.callers] },
          [
            ...(deletion.openRuns > 0
              ? [`${deletion.openRuns === 1 ? "1 run has" : `${deletion.openRuns} runs have`} not ended`]
              : []),
            ...(deletion.callers.length > 0 ? [`${deletion.callers.join(", ")} call it`] : []),
          ].join("; "),
        );
      return { status: 204 };
    },
    async validate({ params, body, yaml, caller }) {
      const sent: unknown = yaml ?? body?.definition;
      const draft =
        sent === undefined ? await store.tenant(caller.tenantId, (db) => existing(db, params.key)) : undefined;
      const { issues, bounds } = checkDefinition(
        draft === undefined ? sent : (draft.sourceText ?? draft.document),
        await knownTo(caller.tenantId),
      );
      return {
        status: 200,
        body: {
          valid: !hasErrors(issues),
          issues,
          ...(bounds === undefined ? {} : { bounds: bounds as unknown as Json }),
        },
      };
    },
    async publish({ params: { key }, ifMatch, caller }) {
      const draft = await store.tenant(caller.tenantId, (db) => existing(db, key));
      if (ifMatch !== undefined && ifMatch !== draft.revision) throw revisionMismatch(ifMatch);
      const known = await knownTo(caller.tenantId);
      const { program, document, issues, bounds = {} } = readDefinition(draft.sourceText ?? draft.document, known);
      if (program === undefined) {
        const errors = issues.filter((issue) => issue.severity === "error").length;
        throw new MainspringError(
          "DEFINITION_INVALID",
          { issues },
          errors === 1 ? "the draft has an error" : `the draft has ${errors} errors`,
        );
      }
      const { definitionHash } = program;
      const published = await store.tenant(caller.tenantId, async (db) => {
        const inserted = await insertVersion(db, {
          workflowKey: key,
          document,
          ...(draft.sourceText === null ? {} : { sourceText: draft.sourceText }),
          definitionHash,
          program: program as unknown as Json,
          programHash: program.programHash,
          semantics: program.semantics,
          payloadSchema: program.payloadSchema,
          bounds,
          publishedBy: actorOf(caller),
        });
        if (inserted?.created === true) {
          await recordAudit(db, {
            actor: actorOf(caller),
            action: "workflow.publish",
            subject: `workflow:${key}`,
            details: { version: inserted.version, definitionHash },
          });
        }
        const callers =
          inserted?.created === true ? await stayingCallers(services, db, { key, version: inserted.version }) : [];
        return inserted === undefined ? undefined : { ...inserted, callers };
      });
      if (published === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
      return {
        status: published.created ? 201 : 200,
        body: {
          key,
          version: published.version,
          definitionHash,
          bounds,
          callers: published.callers.map(({ issues: why, ...caller }) => ({ ...caller, issues: [...why] })),
        },
      };
    },
    async pause({ params: { key }, body, caller }) {
      const note = body?.note;
      const by = actorOf(caller);
      const paused = await store.tenant(caller.tenantId, async (db) => {
        const pause = await pauseWorkflow(db, key, { by, ...(note === undefined ? {} : { note }) });
        if (pause === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
        await recordAudit(db, {
          actor: by,
          action: "workflow.pause",
          subject: `workflow:${key}`,
          details: { note: note ?? null },
        });
        return pause;
      });
      return { status: 200, body: { key, paused } };
    },
    async unpause({ params: { key }, caller }) {
      const released = await store.tenant(caller.tenantId, async (db) => {
        const unpaused = await unpauseWorkflow(db, key);
        if (unpaused === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
        await recordAudit(db, { actor: actorOf(caller), action: "workflow.unpause", subject: `workflow:${key}` });
        return unpaused.released;
      });
      return { status: 200, body: { key, paused: null, released } };
    },
    async unpublish({ params: { key }, caller }) {
      const by = actorOf(caller);
      const { version, dropped, removed } = await store.tenant(caller.tenantId, async (db) => {
        const unpublished = await unpublishWorkflow(db, key, by);
        if (unpublished === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
        if (unpublished === "not-published") throw new MainspringError("NOT_PUBLISHED", { key });
        await recordAudit(db, {
          actor: by,
          action: "workflow.unpublish",
          subject: `workflow:${key}`,
          details: {
            version: unpublished.version,
            dropped: unpublished.dropped.length,
            schedulesRemoved: unpublished.removed.length,
          },
        });
        return unpublished;
      });
      return {
        status: 200,
        body: {
          key,
          publishedVersion: null,
          unpublishedVersion: version,
          dropped: dropped.length,
          schedulesRemoved: removed.length,
        },
      };
    },
    async putSettings({ params: { key }, body, caller }) {
      const { concurrencyLimit } = body;
      const settings = await store.tenant(caller.tenantId, async (db) => {
        const stored = await putWorkflowSettings(db, key, concurrencyLimit === undefined ? {} : { concurrencyLimit });
        if (stored === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
        await recordAudit(db, {
          actor: actorOf(caller),
          action: "workflow.settings",
          subject: `workflow:${key}`,
          details: stored,
        });
        return stored;
      });
      return { status: 200, body: settings };
    },
    async versions({ params, query, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, async (db) => {
        await existing(db, params.key);
        return listVersions(db, params.key, query);
      });
      return { status: 200, body: { items: items.map(presentVersion), nextCursor } };
    },
    async getVersion({ params, caller }) {
      const row = await store.tenant(caller.tenantId, (db) => getVersion(db, params.key, params.version));
      if (row === undefined) throw new MainspringError("VERSION_NOT_FOUND");
      return {
        status: 200,
        body: {
          ...presentVersion(row),
          key: params.key,
          definition: row.document,
          source: row.sourceText,
          bounds: row.bounds,
        },
      };
    },
  };
}

async function existing(db: TenantDb, key: string): Promise<WorkflowRow> {
  const row = await getWorkflow(db, key);
  if (row === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
  return row;
}

function draftOf(
  read: ReadDefinition,
  yaml: string | undefined,
): { readonly document: Json; readonly sourceText?: string } {
  return { document: read.document, ...(yaml === undefined ? {} : { sourceText: yaml }) };
}

function revisionMismatch(ifMatch: number | undefined): MainspringError {
  return new MainspringError("REVISION_MISMATCH", {}, `the draft is not at revision ${ifMatch ?? ""}`);
}

function presentSummary(row: WorkflowSummary): WorkflowSummaryReply {
  const { key, name, revision, publishedVersion, concurrencyLimit, createdAt, updatedAt } = row;
  const { pausedAt, pausedBy, pauseNote } = row;
  const paused = pausedAt === null ? null : { at: pausedAt, by: pausedBy, note: pauseNote };
  return { key, name, revision, publishedVersion, paused, concurrencyLimit, createdAt, updatedAt };
}

function presentVersion(row: VersionSummary) {
  const { version, definitionHash, programHash, semantics, publishedAt, publishedBy } = row;
  return { version, definitionHash, programHash, semantics, publishedAt, publishedBy };
}
