import { MainspringError } from "@mainspring/core";
import type { JournalEntry } from "@mainspring/core";
import {
  getRun,
  invocationsOf,
  journalOf,
  listRuns,
  openWaitsOf,
  recordAudit,
  snapshotsOf,
  stepsOf,
  waitsOf,
} from "@mainspring/store";
import type { OpenWait, Page, PageRequest, RunRow, TenantDb } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import { streamOfRun } from "../live/run-stream.ts";
import { waitForEnd } from "../live/wait-for-end.ts";
import {
  presentInvocation,
  presentRun,
  presentRunSummary,
  presentSnapshot,
  presentStep,
  presentWait,
} from "../present/run.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";
import { progressOf } from "./run-progress.ts";
import { timelineOf } from "./timeline.ts";

/** Entries read at once for a stream. */
const streamPage = 200;

export function runHandlers({ store, runs, feed, metrics }: Services): Handlers<"runs"> {
  /** A page of what belongs to one run. */
  const pageOf = <T>(tenantId: string, runId: string, read: (db: TenantDb) => Promise<Page<T>>): Promise<Page<T>> =>
    store.tenant(tenantId, async (db) => {
      await existing(db, runId);
      return read(db);
    });

  return {
    async start({ params, query, body, idempotencyKey, caller, signal }) {
      const { tenantId } = caller;
      const started = await runs.start({
        tenantId,
        workflowKey: params.key,
        payload: body?.payload ?? {},
        trigger: { type: "api" },
        startedBy: actorOf(caller),
        ...(body?.version === undefined ? {} : { version: body.version }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const { runId } = started;
      if (query.wait !== undefined && query.wait > 0) {
        const progress = (): ReturnType<typeof progressOf> => store.tenant(tenantId, (db) => progressOf(db, runId));
        const hasEnded = await waitForEnd({
          runs,
          feed,
          run: { tenantId, runId },
          progress,
          timeoutMs: query.wait * 1_000,
          signal,
        });
        if (hasEnded)
          return { status: 200, body: presentRun(await store.tenant(tenantId, (db) => existing(db, runId))) };
      }
      return {
        status: 202,
        body: { runId, status: started.status as "QUEUED" },
        headers: { location: `/api/v1/runs/${runId}` },
      };
    },
    async list({ query: { cursor, limit, ...filter }, caller }) {
      const found = await store.tenant(caller.tenantId, async (db) => {
        const page = await listRuns(db, filter, { cursor, limit });
        const waiting = page.items.filter((row) => row.status === "WAITING").map((row) => row.id);
        return { page, waits: Map.groupBy(await openWaitsOf(db, waiting), (wait: OpenWait) => wait.runId) };
      });
      const items = found.page.items.map((row) => presentRunSummary(row, found.waits.get(row.id) ?? []));
      return { status: 200, body: { items, nextCursor: found.page.nextCursor } };
    },
    async get({ params, caller }) {
      return { status: 200, body: presentRun(await store.tenant(caller.tenantId, (db) => existing(db, params.id))) };
    },
    async steps({ params, query, caller }) {
      const { items, nextCursor } = await pageOf(caller.tenantId, params.id, (db) => stepsOf(db, params.id, query));
      return { status: 200, body: { items: items.map(presentStep), nextCursor } };
    },
    async journal({ params, query, caller }) {
      const page = await pageOf(caller.tenantId, params.id, (db) => journalPage(db, params.id, query));
      return { status: 200, body: page };
    },
    async waits({ params, query, caller }) {
      const { items, nextCursor } = await pageOf(caller.tenantId, params.id, (db) => waitsOf(db, params.id, query));
      return { status: 200, body: { items: items.map(presentWait), nextCursor } };
    },
    async invocations({ params, query, caller }) {
      const { items, nextCursor } = await pageOf(caller.tenantId, params.id, (db) =>
        invocationsOf(db, params.id, query),
      );
      return { status: 200, body: { items: items.map(presentInvocation), nextCursor } };
    },
    async timeline({ params, query, caller }) {
      return { status: 200, body: await pageOf(caller.tenantId, params.id, (db) => timelineOf(db, params.id, query)) };
    },
    async snapshots({ params, query, caller }) {
      const { items, nextCursor } = await pageOf(caller.tenantId, params.id, (db) => snapshotsOf(db, params.id, query));
      return { status: 200, body: { items: items.map(presentSnapshot), nextCursor } };
    },
    async stream({ params: { id: runId }, query, lastEventId, caller: { tenantId }, signal }) {
      await store.tenant(tenantId, (db) => existing(db, runId));
      metrics.streamOpened();
      const text = streamOfRun({
        runs,
        feed,
        run: { tenantId, runId },
        afterSeq: lastEventId ?? query.afterSeq ?? 0,
        signal,
        read: (afterSeq) =>
          store.tenant(tenantId, async (db) => {
            const progress = await progressOf(db, runId);
            if (progress === undefined) return undefined;
            const entries = await journalOf(db, runId, { afterSeq, limit: streamPage });
            return { progress, entries, isLast: entries.length < streamPage };
          }),
      });
      return { status: 200, text: counted(text, metrics.streamClosed), headers: { "x-accel-buffering": "no" } };
    },
    async export({ params: { id }, caller }) {
      const exported = await store.tenant(caller.tenantId, async (db) => ({
        format: "mainspring.run/1" as const,
        run: presentRun(await existing(db, id)),
        steps: (await all((request) => stepsOf(db, id, request))).map(presentStep),
        waits: (await all((request) => waitsOf(db, id, request))).map(presentWait),
        invocations: (await all((request) => invocationsOf(db, id, request))).map(presentInvocation),
        journal: (await journalOf(db, id)) as JournalItem[],
        snapshots: (await all((request) => snapshotsOf(db, id, request))).map(presentSnapshot),
      }));
      return {
        status: 200,
        body: exported,
        headers: { "content-disposition": `attachment; filename="run-${id}.json"` },
      };
    },
    async cancel({ params, body, caller }) {
      const { tenantId } = caller;
      const by = actorOf(caller);
      const canceled = await runs.cancel({
        tenantId,
        runId: params.id,
        by,
        ...(body?.reason === undefined ? {} : { reason: body.reason }),
      });
      await store.tenant(tenantId, (db) =>
        recordAudit(db, {
          actor: by,
          action: "run.cancel",
          subject: `run:${params.id}`,
          details: { reason: body?.reason ?? null },
        }),
      );
      return {
        status: 202,
        body: { id: canceled.id, status: canceled.status as "RUNNING", cancelRequestedAt: canceled.cancelRequestedAt },
      };
    },
    async replay({ params, body, caller }) {
      const { tenantId } = caller;
      // `payload` as it is, `{}` and null too; only where it is left out the stored input counts.
      const edited = body?.payload === undefined ? {} : { payload: body.payload };
      const replayed = await runs.replay({ tenantId, runId: params.id, startedBy: actorOf(caller), ...edited });
      const details = { replayRunId: replayed.runId, edited: body?.payload !== undefined };
      await store.tenant(tenantId, (db) =>
        recordAudit(db, { actor: actorOf(caller), action: "run.replay", subject: `run:${params.id}`, details }),
      );
      return { status: 202, body: { runId: replayed.runId }, headers: { location: `/api/v1/runs/${replayed.runId}` } };
    },
  };
}

async function existing(db: TenantDb, runId: string): Promise<RunRow> {
  const row = await getRun(db, runId);
  if (row === undefined) throw new MainspringError("RUN_NOT_FOUND");
  return row;
}

/** A journal entry as the contract describes it: loosely, since its shape is `core`'s. */
type JournalItem = JournalEntry & { [member: string]: unknown };

async function journalPage(
  db: TenantDb,
  runId: string,
  query: { readonly cursor?: string; readonly limit: number; readonly afterSeq?: number },
): Promise<{ items: JournalItem[]; nextCursor: string | null }> {
  // `seq` is the key and no secret: the cursor is simply it.
  if (query.cursor !== undefined && !/^\d{1,9}$/.test(query.cursor)) throw new MainspringError("CURSOR_MISMATCH");
  const afterSeq = query.cursor === undefined ? (query.afterSeq ?? 0) : Number(query.cursor);
  const entries = await journalOf(db, runId, { afterSeq, limit: query.limit + 1 });
  const items = entries.slice(0, query.limit) as JournalItem[];
  return { items, nextCursor: entries.length > query.limit ? String(items.at(-1)?.seq) : null };
}

/** Every page of a list. */
async function all<T>(read: (request: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ cursor, limit: 200 });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

async function* counted(text: AsyncGenerator<string>, onClose: () => void): AsyncGenerator<string> {
  try {
    yield* text;
  } finally {
    onClose();
  }
}
