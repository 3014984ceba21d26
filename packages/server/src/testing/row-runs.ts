import { canonicalHash, MainspringError } from "@mainspring/core";
import {
  beginDeletion,
  confirmEnd,
  definitionOf,
  deleteSomeRows,
  eraseKeys,
  finishDeletion,
  getRun,
  getTask,
  insertRun,
  listRuns,
  markCancelRequested,
  newId,
  noteDeletion,
  proofOfDeletion,
  runByIdempotencyKey,
  runInput,
} from "@mainspring/store";
import type { Store } from "@mainspring/store";
import type { Runs, StartRequest } from "../ports.ts";

/**
 * The port to Temporal without Temporal: rows are written as the launcher writes them, nothing is ever executed, and an end counts
 * as confirmed when the test says so.
 */
export interface RowRuns extends Runs {
  /** What `confirm` finds; at first the execution of every ended row is closed. */
  executionsAreClosed: boolean;
  /** What `ready` says. */
  isReady: boolean;
}

/** Where nothing is executed nothing is left. */
const nothingInTemporal = { open: 0, histories: 0, schedules: 0, listed: 0, measuredAt: "2031-01-01T00:00:00.000Z" };

export function rowRuns(store: Store): RowRuns {
  const start = async (request: StartRequest): Promise<{ runId: string; status: string; created: boolean }> =>
    store.tenant(request.tenantId, async (db) => {
      const requestHash = canonicalHash([request.workflowKey, request.version ?? null, request.payload]);
      const earlier =
        request.idempotencyKey === undefined ? undefined : await runByIdempotencyKey(db, request.idempotencyKey);
      if (earlier !== undefined) {
        if (earlier.requestHash !== requestHash) throw new MainspringError("IDEMPOTENCY_CONFLICT");
        return { runId: earlier.runId, status: "QUEUED", created: false };
      }
      const pinned = await definitionOf(db, request.workflowKey, request.version);
      if (pinned === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
      const id = newId();
      await insertRun(db, { ...request, ...pinned, id, input: request.payload, requestHash });
      await request.alongside?.(db, { runId: id });
      return { runId: id, status: "QUEUED", created: true };
    });
  const port: RowRuns = {
    executionsAreClosed: true,
    isReady: true,
    start,
    async replay({ tenantId, runId, startedBy, ...edited }) {
      const { run, input } = await store.tenant(tenantId, async (db) => {
        const run = await getRun(db, runId);
        if (run === undefined) throw new MainspringError("RUN_NOT_FOUND");
        return { run, input: await runInput(db, runId) };
      });
      const payload = edited.payload === undefined ? input : edited.payload;
      const { idempotencyKey } = edited;
      return start({
        tenantId,
        workflowKey: run.workflowKey,
        payload,
        startedBy,
        trigger: { replayOfRunId: runId },
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
    },
    async cancel({ tenantId, runId, by }) {
      return store.tenant(tenantId, async (db) => {
        const run = await getRun(db, runId);
        if (run === undefined) throw new MainspringError("RUN_NOT_FOUND");
        // No execution stands behind these rows that could take an end back.
        if (run.completedAt !== null) throw new MainspringError("RUN_ALREADY_ENDED");
        const marked = await markCancelRequested(db, runId, by, new Date());
        if (marked === undefined || marked === "ended") throw new MainspringError("RUN_ALREADY_ENDED");
        return { id: runId, status: run.status, cancelRequestedAt: marked.cancelRequestedAt };
      });
    },
    async quotaResume({ tenantId, runId }) {
      const run = await store.tenant(tenantId, (db) => getRun(db, runId));
      if (run === undefined) throw new MainspringError("RUN_NOT_FOUND");
      if (run.status !== "PAUSED") throw new MainspringError("RUN_NOT_PAUSED");
      return { id: runId, status: run.status };
    },
    async answerTask({ tenantId, taskId }) {
      const task = await store.tenant(tenantId, (db) => getTask(db, taskId));
      if (task === undefined) throw new MainspringError("TASK_NOT_FOUND");
      return { status: "accepted" };
    },
    async previewRestart({ tenantId, runId, stepPath, iteration }) {
      if ((await store.tenant(tenantId, (db) => getRun(db, runId))) === undefined)
        throw new MainspringError("RUN_NOT_FOUND");
      const place = { stepId: "s", stepPath, iteration: iteration ?? [] };
      return { planHash: "plan", ...place, version: 1, reuse: [], repeat: [], offeredEvents: [] };
    },
    async restartFrom({ tenantId, runId, startedBy }) {
      return port.replay({ tenantId, runId, startedBy });
    },
    async previewBulk({ tenantId, action, filter, visible }) {
      const items = await store.tenant(tenantId, async (db) => {
        const found = (await listRuns(db, filter, {})).items;
        return visible === undefined ? found : visible(db, found);
      });
      return {
        action,
        planHash: "plan",
        expiresAt: new Date().toISOString(),
        count: items.length,
        more: false,
        items: items.map(({ id, workflowKey, status }) => ({
          runId: id,
          workflow: workflowKey,
          status,
          result: "planned" as const,
        })),
      };
    },
    actInBulk: (request) => port.previewBulk(request),
    async rebuild({ tenantId, runId, dryRun = false }) {
      if ((await store.tenant(tenantId, (db) => getRun(db, runId))) === undefined)
        throw new MainspringError("RUN_NOT_FOUND");
      return { runId, dryRun, executions: 0, entries: 0, differences: [], repaired: false };
    },
    async deleteTenant({ tenantId, mode, graceMs, by }) {
      const begun = await store.tenant(tenantId, (db) => beginDeletion(db, { mode, graceMs, by }));
      if (begun !== undefined && "inUse" in begun) throw new MainspringError("TENANT_IN_USE", { ...begun.inUse });
      if (begun !== undefined) {
        await store.tenant(tenantId, (db) =>
          noteDeletion(db, (now) => ({ ...now, stage: "executions", left: nothingInTemporal })),
        );
        await store.tenant(tenantId, eraseKeys);
        while (await store.tenant(tenantId, deleteSomeRows));
        await store.tenant(tenantId, finishDeletion);
      }
      const proof = await store.tenant(tenantId, proofOfDeletion);
      if (proof === undefined) throw new MainspringError("TENANT_NOT_FOUND");
      return proof;
    },
    async confirm({ tenantId, runId }) {
      if (!port.executionsAreClosed) return "open";
      await store.tenant(tenantId, (db) => confirmEnd(db, runId, new Date()));
      return "confirmed";
    },
    ready: async () => (port.isReady ? { ok: true } : { ok: false, reason: "told so" }),
    close: async () => undefined,
  };
  return port;
}
