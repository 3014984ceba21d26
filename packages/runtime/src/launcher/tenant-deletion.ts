import { MainspringError, workflowIdOf } from "@mainspring/core";
import {
  beginDeletion,
  deleteSomeRows,
  eraseKeys,
  finishDeletion,
  getTenant,
  noteDeletion,
  openRunsOf,
  proofOfDeletion,
  unendedRuns,
  voidQueuedStart,
  type DeletionMode,
  type DeletionProof,
  type LeftInTemporal,
  type TenantDeletion,
} from "@mainspring/store";
import { cancelRun } from "./cancel.ts";
import { sideBySide } from "../side-by-side.ts";
import { removeStream } from "../stream/remove-stream.ts";
import type { StreamSettings } from "../stream/settings.ts";
import type { LauncherParts } from "./launch.ts";
import {
  atOnce,
  leftInTemporal,
  removeExecutions,
  removeSchedules,
  terminateWhatElseRuns,
  unlessGone,
} from "./tenant-executions.ts";

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

const page = 200;
const lookEveryMs = 200;
/** Temporal's index may still list what is gone; past this time it is no reason to wait, and the proof says how many it lists. */
const indexLagMaxMs = 600_000;
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
    throw new MainspringError(
      "TENANT_IN_USE",
      { openRuns, byStatus },
      openRuns === 1 ? "1 run of the tenant has not ended" : `${openRuns} runs of the tenant have not ended`,
    );
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
        if (!(await removeFromTemporal(parts, tenantId, deletion, deadline)))
          return underWay(parts, tenantId, deletion);
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
    // Whoever carries on the same deletion may be further: a stage that is over does not come again.
    stage: now.stage === "runs" ? "executions" : now.stage,
    terminated: Math.max(now.terminated, terminated),
  }));
  return true;
}

/**
 * Removes schedules and histories, and asks until Temporal has none of them: it deletes after it has answered.
 * @returns false when it has some left at the deadline
 */
async function removeFromTemporal(
  parts: LauncherParts,
  tenantId: string,
  { requestedAt, graceEndsAt }: TenantDeletion,
  deadline: number,
): Promise<boolean> {
  const indexWaitedFor = Math.max(Date.parse(requestedAt), Date.parse(graceEndsAt)) + indexLagMaxMs;
  for (let isAsked = false; ;) {
    if (!isAsked) {
      const schedules = await removeSchedules(parts, tenantId);
      const removed = await removeExecutions(parts, tenantId);
      await note(parts, tenantId, (now) => ({
        ...now,
        schedules: Math.max(now.schedules, schedules),
        removed: Math.max(now.removed, removed),
      }));
    }
    const left = await leftInTemporal(parts, tenantId);
    await note(parts, tenantId, (now) => ({ ...now, left }));
    if (isNothing(left) && (left.listed === 0 || Date.now() > indexWaitedFor)) return true;
    if (Date.now() > deadline) return false;
    // What came to be meanwhile is asked for too; what is about to go is waited for.
    isAsked = left.open === 0 && left.schedules === 0;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function isNothing({ open, histories, schedules }: LeftInTemporal): boolean {
  return open === 0 && histories === 0 && schedules === 0;
}

async function note(
  { store }: LauncherParts,
  tenantId: string,
  change: (now: TenantDeletion) => TenantDeletion,
): Promise<void> {
  await store.tenant(tenantId, (db) => noteDeletion(db, change));
}

async function eachUnended(
  { store }: LauncherParts,
  tenantId: string,
  work: (run: { readonly id: string; readonly cancelRequested: boolean }) => Promise<void>,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const runs = await store.tenant(tenantId, (db) => unendedRuns(db, after, page));
    await sideBySide(runs, atOnce, work);
    if (runs.length < page) return;
    after = runs.at(-1)?.id;
  }
}

/** @returns whether there was an open execution. A start that is owed is dropped, so that no relay performs it later. */
async function terminate({ store, client }: LauncherParts, tenantId: string, runId: string): Promise<boolean> {
  await store.tenant(tenantId, (db) => voidQueuedStart(db, runId, "platform", reason)).catch(() => false);
  // Gone: ended, or never started.
  return unlessGone(() => client.workflow.getHandle(workflowIdOf(runId)).terminate(reason));
}
