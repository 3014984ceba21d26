import { MainspringError, tenantAttribute, workflowIdOf } from "@mainspring/core";
import {
  beginDeletion,
  deleteSomeRows,
  eraseKeys,
  executionsOfRuns,
  finishDeletion,
  getTenant,
  noteDeletion,
  openRunsOf,
  proofOfDeletion,
  temporalScheduleIds,
  unendedRuns,
  voidQueuedStart,
  type DeletionMode,
  type DeletionProof,
  type TenantDeletion,
} from "@mainspring/store";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import { cancelRun } from "./cancel.ts";
import { temporalSchedules } from "../schedules/temporal-schedules.ts";
import { removeStream } from "../stream/remove-stream.ts";
import type { StreamSettings } from "../stream/settings.ts";
import type { LauncherParts } from "./launch.ts";

export interface DeletionParts extends LauncherParts {
  /** Left out: there are no streams of events. */
  readonly stream?: Pick<StreamSettings, "url" | "prefix">;
}

export interface TenantDeletionRequest {
  readonly tenantId: string;
  readonly mode: DeletionMode;
  readonly graceMs: number;
  readonly by: string;
  /** How long it is carried on before it is answered as under way; a worker goes on then. */
  readonly withinMs: number;
}

/** It goes on by itself. */
export interface DeletionUnderWay {
  readonly tenantId: string;
  readonly status: "deleting";
  readonly mode: DeletionMode;
  readonly stage: string;
  readonly requestedAt: string;
  readonly graceEndsAt: string;
  readonly openRuns: number;
}

const atOnce = 8;
const page = 200;
const lookEveryMs = 200;
const reason = "the tenant is deleted";

/**
 * Deletes a tenant with its executions, keys and rows; see docs/decisions/0101-deleting-a-tenant.md. Each stage is noted when it is over and can be done
 * again, so that whatever was interrupted goes on when it is asked for again.
 * @throws MainspringError TENANT_NOT_FOUND, TENANT_IN_USE (details.openRuns, byStatus; nothing is changed)
 */
export async function deleteTenant(
  parts: DeletionParts,
  { tenantId, mode, graceMs, by, withinMs }: TenantDeletionRequest,
): Promise<DeletionProof | DeletionUnderWay> {
  const begun = await parts.store.tenant(tenantId, (db) => beginDeletion(db, { mode, graceMs, by }));
  if (begun !== undefined && "inUse" in begun) {
    const { openRuns, byStatus } = begun.inUse;
    throw new MainspringError("TENANT_IN_USE", { openRuns, byStatus }, `${openRuns} runs of the tenant have not ended`);
  }
  return continueDeletion(parts, tenantId, { withinMs });
}

/**
 * Goes on with a deletion that was begun. Two that do so at a time do no harm.
 * @throws MainspringError TENANT_NOT_FOUND
 */
export async function continueDeletion(
  parts: DeletionParts,
  tenantId: string,
  { withinMs }: { readonly withinMs: number },
): Promise<DeletionProof | DeletionUnderWay> {
  const { store } = parts;
  const deadline = Date.now() + withinMs;
  for (;;) {
    const deletion = (await store.tenant(tenantId, getTenant))?.deletion ?? undefined;
    if (deletion === undefined) return finished(parts, tenantId);
    switch (deletion.stage) {
      case "runs": {
        const ended = await endRuns(parts, tenantId, deletion, deadline);
        if (!ended) return underWay(parts, tenantId, deletion);
        break;
      }
      case "executions":
        await removeSchedules(parts, tenantId);
        await removeExecutions(parts, tenantId);
        if (parts.stream !== undefined) await removeStream(parts.stream, tenantId);
        await store.tenant(tenantId, eraseKeys);
        break;
      case "rows":
        while (await store.tenant(tenantId, deleteSomeRows)) {
          if (Date.now() > deadline) return underWay(parts, tenantId, deletion);
        }
        await store.tenant(tenantId, finishDeletion);
        break;
    }
  }
}

async function finished({ store }: LauncherParts, tenantId: string): Promise<DeletionProof> {
  const proof = await store.tenant(tenantId, proofOfDeletion);
  if (proof === undefined) throw new MainspringError("TENANT_NOT_FOUND");
  return proof;
}

async function underWay(
  { store }: LauncherParts,
  tenantId: string,
  { mode, stage, requestedAt, graceEndsAt }: TenantDeletion,
): Promise<DeletionUnderWay> {
  const { openRuns } = await store.tenant(tenantId, openRunsOf);
  return { tenantId, status: "deleting", mode, stage, requestedAt, graceEndsAt, openRuns };
}

/** @returns false when the grace goes on */
async function endRuns(
  parts: LauncherParts,
  tenantId: string,
  deletion: TenantDeletion,
  deadline: number,
): Promise<boolean> {
  const { store } = parts;
  let { canceled, terminated } = deletion;
  if (deletion.mode === "cancel") {
    await eachUnended(parts, tenantId, async ({ id, cancelRequested }) => {
      if (cancelRequested) return;
      // Whatever refuses to be cancelled is terminated after the grace.
      const asked = await cancelRun(parts, { tenantId, runId: id, by: "platform", reason }).catch(() => undefined);
      if (asked !== undefined) canceled += 1;
    });
    await note(parts, tenantId, (now) => ({ ...now, canceled: Math.max(now.canceled, canceled) }));
    const graceEndsAt = Date.parse(deletion.graceEndsAt);
    while ((await store.tenant(tenantId, openRunsOf)).openRuns > 0 && Date.now() < graceEndsAt) {
      if (Date.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }
  await eachUnended(parts, tenantId, async ({ id }) => {
    if (await terminate(parts, tenantId, id)) terminated += 1;
  });
  terminated += await terminateWhatElseRuns(parts, tenantId);
  await note(parts, tenantId, (now) => ({
    ...now,
    stage: "executions",
    terminated: Math.max(now.terminated, terminated),
  }));
  return true;
}

async function note(
  { store }: LauncherParts,
  tenantId: string,
  change: (now: TenantDeletion) => TenantDeletion,
): Promise<void> {
  await store.tenant(tenantId, async (db) => {
    const now = (await getTenant(db))?.deletion ?? undefined;
    if (now !== undefined) await noteDeletion(db, change(now));
  });
}

async function eachUnended(
  { store }: LauncherParts,
  tenantId: string,
  work: (run: { readonly id: string; readonly cancelRequested: boolean }) => Promise<void>,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const runs = await store.tenant(tenantId, (db) => unendedRuns(db, after, page));
    await inTurn(runs, work);
    if (runs.length < page) return;
    after = runs.at(-1)?.id;
  }
}

/** @returns whether there was an open execution. A start that is owed is dropped, so that no relay performs it later. */
async function terminate({ store, client }: LauncherParts, tenantId: string, runId: string): Promise<boolean> {
  await store.tenant(tenantId, (db) => voidQueuedStart(db, runId, "platform", reason)).catch(() => false);
  try {
    await client.workflow.getHandle(workflowIdOf(runId)).terminate(reason);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false; // ended, or never started
    throw error;
  }
}

/** By Temporal's own index, where the namespace has our attributes: a second look, for an execution that no row knows of. */
async function terminateWhatElseRuns({ client }: LauncherParts, tenantId: string): Promise<number> {
  let found = 0;
  try {
    const query = `${tenantAttribute} = "${tenantId}" AND ExecutionStatus = "Running"`;
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      await client.workflow
        .getHandle(workflowId, runId)
        .terminate(reason)
        .then(
          () => (found += 1),
          (error: unknown) => {
            if (!isNotFound(error)) throw error;
          },
        );
    }
  } catch (error) {
    // Without the attributes the index knows no tenants: the rows are what there is.
    if (!/search attribute/i.test(messageOf(error))) throw error;
  }
  return found;
}

/** What Temporal would start for the tenant. */
async function removeSchedules(parts: LauncherParts, tenantId: string): Promise<void> {
  const temporal = temporalSchedules(parts.client);
  const ids = await parts.store.tenant(tenantId, temporalScheduleIds);
  await inTurn(ids, (id) => temporal.remove(id));
  await note(parts, tenantId, (now) => ({ ...now, schedules: Math.max(now.schedules, ids.length) }));
}

/** Histories hold what the tenant's runs were given: they go now and not with their retention. */
async function removeExecutions(parts: LauncherParts, tenantId: string): Promise<void> {
  const { store, client } = parts;
  const { namespace } = client.options;
  let removed = 0;
  let after: string | undefined;
  for (;;) {
    const runs = await store.tenant(tenantId, (db) => executionsOfRuns(db, after, page));
    await inTurn(runs, async ({ runId, temporalRunIds }) => {
      for (const id of temporalRunIds.length === 0 ? [""] : temporalRunIds) {
        const workflowExecution = { workflowId: workflowIdOf(runId), runId: id };
        try {
          await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
          removed += 1;
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      }
    });
    if (runs.length < page) break;
    after = runs.at(-1)?.runId;
  }
  await note(parts, tenantId, (now) => ({ ...now, removed: Math.max(now.removed, removed) }));
}

/** A few at a time. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += atOnce) await Promise.all(items.slice(i, i + atOnce).map(work));
}
