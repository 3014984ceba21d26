import { MainspringError } from "@mainspring/core";
import { runStatuses } from "@mainspring/api";
import type { RunReply, RunStatusName } from "@mainspring/api";
import type { JournalEntry } from "@mainspring/core";
import {
  countRuns,
  descendantsOf,
  runDetailOf,
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
import type { OpenWait, Page, RunFilter, RunRow, TenantDb } from "@mainspring/store";
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
import { withInvocations } from "../present/effects.ts";
import { exportOf } from "../present/export.ts";
import { withoutMaskedFinds } from "../present/masked-finds.ts";
import { untouched } from "../present/redaction.ts";
import type { RunRedaction } from "../present/redaction.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";
import { runInsightHandlers } from "./run-insight.ts";
import { progressOf } from "./run-progress.ts";
import type { recoveryHandlers } from "./recovery.ts";
import { timelineOf } from "./timeline.ts";

/** Entries read at once for a stream. */
const streamPage = 200;
/** So many runs of a business state are looked at before they are counted. */
const newestOfStateMax = 200;

export function runHandlers(services: Services): Omit<Handlers<"runs">, keyof ReturnType<typeof recoveryHandlers>> {
  const { store, runs, feed, metrics, redaction } = services;
  /** A page of what belongs to one run, as its readers may see it. */
  const pageOf = <T, R>(
    tenantId: string,
    runId: string,
    read: (db: TenantDb) => Promise<Page<T>>,
    show: (item: T, redact: RunRedaction) => R,
  ): Promise<{ items: R[]; nextCursor: string | null; asOf: string }> =>
    store.tenant(tenantId, async (db) => {
      await existing(db, runId);
      const asOf = new Date().toISOString();
      const { items, nextCursor } = await read(db);
      const redact = await redaction.ofRun(db, runId);
      return { items: items.map((item) => show(item, redact)), nextCursor, asOf };
    });
  const shownRun = (tenantId: string, runId: string): Promise<RunReply> =>
    store.tenant(tenantId, async (db) => {
      const row = await existing(db, runId);
      const shown = await withInvocations(
        db,
        presentRun(row, await descendantsOf(db, runId), await runDetailOf(db, runId)),
      );
      return (await redaction.ofRun(db, runId)).run(shown);
    });

  // A count confirms a masked state as a found row does. Where one of the newest runs of that state shows it masked, those alone are counted
  // that do not: older ones may be like it, and masking thousands for a count costs seconds.
  const countShownRuns = async (db: TenantDb, filter: Omit<RunFilter, "q">): ReturnType<typeof countRuns> => {
    if (filter.state === undefined) return countRuns(db, filter);
    const newest = await listRuns(db, filter, { limit: newestOfStateMax });
    const ids = newest.items.map(({ id }) => id);
    const shown = await withoutMaskedFinds(db, filter, newest.items, await redaction.ofRuns(db, ids));
    if (shown.length === newest.items.length) return countRuns(db, filter);
    const byStatus = Map.groupBy(shown, ({ status }) => status);
    return {
      counts: Object.fromEntries([...byStatus].map(([status, rows]) => [status, rows.length])),
      more: shown.length > 0 && newest.nextCursor !== null,
    };
  };

  return {
    ...runInsightHandlers(services),
    async start({ params, query, body, idempotencyKey, caller, signal }) {
      const { tenantId } = caller;
      const started = await runs.start({
        tenantId,
        workflowKey: params.key,
        payload: body?.payload ?? {},
        trigger: { type: "api" },
        startedBy: actorOf(caller),
        alongside: (db, run) =>
          recordAudit(db, {
            actor: actorOf(caller),
            action: "run.start",
            subject: `run:${run.runId}`,
            details: { workflow: params.key },
          }),
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
        if (hasEnded) return { status: 200, body: await shownRun(tenantId, runId) };
      }
      return {
        status: 202,
        body: { runId, status: started.status as "QUEUED" },
        headers: { location: `/api/v1/runs/${runId}` },
      };
    },
    async list({ query: { cursor, limit, ...filter }, caller }) {
      const found = await store.tenant(caller.tenantId, async (db) => {
        const asOf = new Date().toISOString();
        const page = await listRuns(db, filter, { cursor, limit });
        const redactionOf = await redaction.ofRuns(
          db,
          page.items.map((row) => row.id),
        );
        const shown = await withoutMaskedFinds(db, filter, page.items, redactionOf);
        const waiting = shown.filter(({ status }) => status === "WAITING" || status === "PAUSED").map((row) => row.id);
        const waits = Map.groupBy(await openWaitsOf(db, waiting), (wait: OpenWait) => wait.runId);
        return {
          items: shown.map((row) => redactionOf(row.id).summary(presentRunSummary(row, waits.get(row.id) ?? []))),
          nextCursor: page.nextCursor,
          asOf,
        };
      });
      return { status: 200, body: found };
    },
    async counts({ query, caller }) {
      const { counts, more } = await store.tenant(caller.tenantId, (db) => countShownRuns(db, query));
      const of = (status: RunStatusName): [RunStatusName, number] => [status, counts[status] ?? 0];
      return {
        status: 200,
        body: {
          counts: Object.fromEntries(runStatuses.map(of)) as Record<RunStatusName, number>,
          more,
          asOf: new Date().toISOString(),
        },
      };
    },
    async get({ params, caller }) {
      return { status: 200, body: await shownRun(caller.tenantId, params.id) };
    },
    async steps({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => stepsOf(db, params.id, query),
        (row, redact) => redact.step(presentStep(row)),
      );
      return { status: 200, body: page };
    },
    async journal({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => journalPage(db, params.id, query),
        (entry, redact) => redact.entry(entry) as JournalItem,
      );
      return { status: 200, body: page };
    },
    async waits({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => waitsOf(db, params.id, query),
        (row, redact) => redact.wait(presentWait(row)),
      );
      return { status: 200, body: page };
    },
    async invocations({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => invocationsOf(db, params.id, query),
        (row, redact) => redact.invocation(presentInvocation(row)),
      );
      return { status: 200, body: page };
    },
    async timeline({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => timelineOf(db, params.id, query),
        (item, redact) => redact.span(item),
      );
      return { status: 200, body: page };
    },
    async snapshots({ params, query, caller }) {
      const page = await pageOf(
        caller.tenantId,
        params.id,
        (db) => snapshotsOf(db, params.id, query),
        (row, redact) => {
          const snapshot = presentSnapshot(row);
          return { ...snapshot, state: redact.value(snapshot.state) };
        },
      );
      return { status: 200, body: page };
    },
    async stream({ params: { id: runId }, query, lastEventId, caller: { tenantId }, signal }) {
      await store.tenant(tenantId, (db) => existing(db, runId));
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
            // Read each time: what came meanwhile may be sensitive.
            const redact = entries.length === 0 ? untouched : await redaction.ofRun(db, runId);
            return {
              progress,
              entries: entries.map((entry) => redact.entry(entry)),
              isLast: entries.length < streamPage,
            };
          }),
      });
      return { status: 200, text: counted(text, metrics), headers: { "x-accel-buffering": "no" } };
    },
    async export({ params: { id }, caller }) {
      const exported = await store.tenant(caller.tenantId, (db) => exportOf(db, redaction, id));
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
    async quotaResume({ params, caller }) {
      const { tenantId } = caller;
      const by = actorOf(caller);
      const released = await runs.quotaResume({ tenantId, runId: params.id, by });
      await store.tenant(tenantId, (db) =>
        recordAudit(db, { actor: by, action: "run.quota-resume", subject: `run:${params.id}` }),
      );
      return { status: 202, body: { id: released.id, status: released.status as "PAUSED" } };
    },
    async replay({ params, body, idempotencyKey, caller }) {
      const { tenantId } = caller;
      // `payload` as it is, `{}` and null too; only where it is left out the stored input counts.
      const edited = body?.payload === undefined ? {} : { payload: body.payload };
      const replayed = await runs.replay({
        tenantId,
        runId: params.id,
        startedBy: actorOf(caller),
        ...edited,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const details = { replayRunId: replayed.runId, edited: body?.payload !== undefined };
      if (replayed.created)
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

/** Counted from its first text on: a stream whose client is gone before is never begun, and so never ends. */
async function* counted(
  text: AsyncGenerator<string>,
  metrics: Pick<Services["metrics"], "streamOpened" | "streamClosed">,
): AsyncGenerator<string> {
  metrics.streamOpened();
  try {
    yield* text;
  } finally {
    metrics.streamClosed();
  }
}
