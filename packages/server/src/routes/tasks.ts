import type { TaskReply } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import { claimTask, getTask, listTasks, recordAudit, releaseTask } from "@mainspring/store";
import type { TaskRow, TaskStatus, TenantDb } from "@mainspring/store";
import type { TenantCaller } from "../http/access.ts";
import type { Handlers } from "../http/handler.ts";
import { presentTask } from "../present/task.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

const open: readonly TaskStatus[] = ["OPEN", "CLAIMED"];

export function taskHandlers({ store, runs, redaction }: Services): Handlers<"tasks"> {
  const shown = async (db: TenantDb, row: TaskRow): Promise<TaskReply> =>
    presentTask(row, await redaction.ofRun(db, row.runId), Date.now());
  const isOpenTask = async (tenantId: string, id: string): Promise<boolean> => {
    const row = await store.tenant(tenantId, (db) => getTask(db, id));
    return row !== undefined && open.includes(row.status);
  };

  return {
    async list({ query, caller }) {
      const { status, mine, assignee, runId, workflow, due, cursor, limit } = query;
      const filter = {
        status: status ?? (mine === "true" ? open : undefined),
        assignees: mine === "true" ? namesOf(caller) : assignee === undefined ? undefined : [assignee],
        runId,
        workflow,
        dueBefore: due,
      };
      return store.tenant(caller.tenantId, async (db) => {
        const now = Date.now();
        const { items, nextCursor } = await listTasks(db, filter, { cursor, limit });
        const redactionOf = await redaction.ofRuns(
          db,
          items.map((row) => row.runId),
        );
        return {
          status: 200,
          body: {
            items: items.map((row) => presentTask(row, redactionOf(row.runId), now)),
            nextCursor,
            asOf: new Date(now).toISOString(),
          },
        };
      });
    },
    async get({ params, caller }) {
      return store.tenant(caller.tenantId, async (db) => {
        const asOf = new Date().toISOString();
        return { status: 200, body: { ...(await shown(db, await existing(db, params.id))), asOf } };
      });
    },
    async claim({ params: { id }, caller }) {
      return store.tenant(caller.tenantId, async (db) => {
        const before = await existing(db, id);
        const claimed = await claimTask(db, { id, by: actorOf(caller) });
        const row = await existing(db, id);
        if (!claimed) throw notFree(row);
        if (row.version !== before.version)
          await recordAudit(db, { actor: actorOf(caller), action: "task.claim", subject: `task:${id}` });
        return { status: 200, body: await shown(db, row) };
      });
    },
    async release({ params: { id }, caller }) {
      return store.tenant(caller.tenantId, async (db) => {
        const by = caller.role === "admin" ? {} : { from: actorOf(caller) };
        const before = await existing(db, id);
        const released = await releaseTask(db, { id, ...by });
        const row = await existing(db, id);
        if (!released) throw notFree(row);
        if (row.version !== before.version)
          await recordAudit(db, { actor: actorOf(caller), action: "task.release", subject: `task:${id}` });
        return { status: 200, body: await shown(db, row) };
      });
    },
    async complete({ params, body, idempotencyKey, caller }) {
      const { answer, submissionId = idempotencyKey } = body;
      const sent = { answer, ...(submissionId === undefined ? {} : { submissionId }) };
      const [by, taskId, { tenantId }] = [actorOf(caller), params.id, caller];
      const isOpen = await isOpenTask(tenantId, taskId);
      const reply = await runs.answerTask({ tenantId, taskId, by, ...sent });
      // Repeating one's own answer gives the same reply and changes nothing.
      if (isOpen)
        await store.tenant(tenantId, (db) =>
          recordAudit(db, { actor: by, action: "task.complete", subject: `task:${taskId}` }),
        );
      return { status: 200, body: reply };
    },
    async override({ params, body, caller }) {
      const { answer, submissionId } = body;
      const [by, taskId] = [actorOf(caller), params.id];
      const sent = { answer, ...(submissionId === undefined ? {} : { submissionId }) };
      const isOpen = await isOpenTask(caller.tenantId, taskId);
      const reply = await runs.answerTask({ tenantId: caller.tenantId, taskId, by, override: true, ...sent });
      if (isOpen)
        await store.tenant(caller.tenantId, (db) =>
          recordAudit(db, { actor: by, action: "task.override", subject: `task:${taskId}` }),
        );
      return { status: 200, body: reply };
    },
  };
}

/** The names by which a task can mean the caller. */
function namesOf(caller: TenantCaller): string[] {
  return [caller.keyName, caller.keyId, actorOf(caller), ...caller.groups];
}

async function existing(db: TenantDb, id: string): Promise<TaskRow> {
  const row = await getTask(db, id);
  if (row === undefined) throw new MainspringError("TASK_NOT_FOUND");
  return row;
}

function notFree({ status, claimedBy }: TaskRow): MainspringError {
  return open.includes(status)
    ? new MainspringError("TASK_CLAIMED", { claimedBy })
    : new MainspringError("TASK_CLOSED", { taskStatus: status });
}
