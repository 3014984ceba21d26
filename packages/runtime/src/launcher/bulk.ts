import { canonicalHash, MainspringError, type Json } from "@mainspring/core";
import {
  getRun,
  keepPlan,
  listRuns,
  planKeptMs,
  planOf,
  recordAudit,
  runHasEnded,
  type RunFilter,
  type RunSummary,
  type TenantDb,
} from "@mainspring/store";
import { sideBySide } from "../side-by-side.ts";
import { cancelRun } from "./cancel.ts";
import { deleteEndedRun } from "./delete-run.ts";
import type { FairStarts } from "./fair-starts.ts";
import type { Launched, LauncherParts } from "./launch.ts";
import { hasConfirmedEnd, replay } from "./replay.ts";

export type BulkAction = "cancel" | "replay" | "delete";

export interface BulkRequest {
  readonly tenantId: string;
  readonly action: BulkAction;
  /** All parts hold together; empty: every run of the tenant. */
  readonly filter: RunFilter;
  readonly reason?: string;
  /** The plan of a preview: the runs that it listed and no others are touched. */
  readonly planHash?: string;
  /** For a request without a plan: repeated with the same key, it touches the same runs again and no others. */
  readonly idempotencyKey?: string;
  readonly by: string;
  /**
   * Which of the runs found the caller may know to match: a filter that matches a masked value would confirm it. Left out: all of them.
   */
  readonly visible?: (db: TenantDb, runs: readonly RunSummary[]) => Promise<readonly RunSummary[]>;
}

/** What would happen, or happened, to one run. */
export interface BulkItem {
  readonly runId: string;
  /** Empty, as the status, for a run that is not there. */
  readonly workflow: string;
  readonly status: string;
  readonly result: "planned" | "done" | "skipped" | "failed";
  /** Why nothing happened to a run that was skipped or failed. */
  readonly code?: string;
  /** Of a replay: the new run. */
  readonly newRunId?: string;
}

export interface BulkReport {
  readonly action: BulkAction;
  readonly planHash: string;
  /** Until then the plan can be carried out. */
  readonly expiresAt: string;
  /** How many were, or would be, acted upon. */
  readonly count: number;
  /** More runs match than one request takes: ask again. */
  readonly more: boolean;
  readonly items: readonly BulkItem[];
}

export interface BulkParts extends LauncherParts {
  /**
   * The queue through which this process starts runs: replays of a bulk wait in it behind their tenant's other starts. Left out: they do
   * not wait.
   */
  readonly starts?: Pick<FairStarts, "run">;
}

/** One request touches so many runs at most. */
export const bulkMax = 1_000;
const atOnce = 8;

interface BulkPlan {
  readonly action: BulkAction;
  readonly filter: RunFilter;
  readonly runIds: readonly string[];
  /** Until when what was shown counts; it makes each preview a plan of its own. */
  readonly expiresAt: string;
}

/** What a bulk would do; it is kept for a quarter of an hour. */
export async function previewBulk(parts: LauncherParts, request: BulkRequest): Promise<BulkReport> {
  const { tenantId, action, filter } = request;
  const { runs, more } = await matching(parts, request);
  const items = await sideBySide(runs, atOnce, async (run): Promise<BulkItem> => {
    const code = await hindrance(parts, tenantId, action, run);
    return { ...shown(run), ...(code === undefined ? { result: "planned" } : { result: "skipped", code }) };
  });
  const found = new Set(runs.map(({ id }) => id));
  // Chosen one by one, each is told of.
  for (const runId of new Set(filter.runIds))
    if (!found.has(runId)) items.push(await passedOver(parts, tenantId, runId));
  const runIds = items.filter(({ result }) => result === "planned").map(({ runId }) => runId);
  const expiresAt = expiry();
  const plan: BulkPlan = { action, filter, runIds, expiresAt };
  const planHash = canonicalHash([tenantId, plan as unknown as Json]);
  await parts.store.tenant(tenantId, (db) =>
    keepPlan(db, { kind: "bulk", id: planHash, plan: plan as unknown as Json, createdBy: request.by }),
  );
  return { action, planHash, expiresAt, count: runIds.length, more, items };
}

/**
 * Does it, to the runs of the plan that was shown, or without one to those that match now; each by itself, and each is reported. A plan that
 * is carried out again, because its reply was lost, replays no run twice.
 * @throws MainspringError PLAN_CHANGED when the plan is not known, or is one of something else; IDEMPOTENCY_CONFLICT
 */
export async function actInBulk(parts: BulkParts, request: BulkRequest): Promise<BulkReport> {
  const { tenantId, action } = request;
  const given = request.planHash ?? (await planOfKey(parts, request));
  const planned = given === undefined ? await previewBulk(parts, request) : undefined;
  const planHash = given ?? planned?.planHash ?? "";
  if (planned !== undefined) await keepPlanOfKey(parts, request, planHash);
  const plan = await keptPlan(parts, { ...request, planHash });
  const acted = await sideBySide(plan.runIds, atOnce, (runId) =>
    act(parts, { ...request, planHash, filter: plan.filter }, runId),
  );
  const items = [...acted, ...(planned?.items.filter(({ result }) => result !== "planned") ?? [])];
  const count = acted.filter(({ result }) => result === "done").length;
  await parts.store.tenant(tenantId, (db) =>
    recordAudit(db, {
      actor: request.by,
      action: `run.bulk-${action}`,
      subject: `runs:${planHash}`,
      details: {
        filter: plan.filter,
        reason: request.reason ?? null,
        count,
        runs: acted.map(({ runId, result, newRunId }) => ({
          runId,
          result,
          ...(newRunId === undefined ? {} : { newRunId }),
        })),
      },
    }),
  );
  return { action, planHash, expiresAt: plan.expiresAt, count, more: planned?.more ?? false, items };
}

/** Under which plan a request with this key has acted; undefined: under none yet. */
async function planOfKey(
  { store }: LauncherParts,
  { tenantId, action, filter, idempotencyKey }: BulkRequest,
): Promise<string | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const kept = await store.tenant(tenantId, (db) => planOf(db, "bulk", idOfKey(idempotencyKey)));
  if (kept === undefined) return undefined;
  const { request, planHash } = kept as unknown as KeyedPlan;
  if (request !== canonicalHash([action, filter as Json]))
    throw new MainspringError("IDEMPOTENCY_CONFLICT", {}, "another bulk request came with this key");
  return planHash;
}

async function keepPlanOfKey(
  { store }: LauncherParts,
  { tenantId, action, filter, idempotencyKey, by }: BulkRequest,
  planHash: string,
): Promise<void> {
  if (idempotencyKey === undefined) return;
  const plan: KeyedPlan = { request: canonicalHash([action, filter as Json]), planHash };
  await store.tenant(tenantId, (db) =>
    keepPlan(db, { kind: "bulk", id: idOfKey(idempotencyKey), plan: plan as unknown as Json, createdBy: by }),
  );
}

/** What is kept of a request with a key. */
interface KeyedPlan {
  /** Hash of action and filter. */
  readonly request: string;
  readonly planHash: string;
}

function idOfKey(idempotencyKey: string): string {
  return `key:${canonicalHash(idempotencyKey)}`;
}

async function keptPlan(parts: LauncherParts, { tenantId, action, planHash = "" }: BulkRequest): Promise<BulkPlan> {
  const plan = (await parts.store.tenant(tenantId, (db) => planOf(db, "bulk", planHash))) as unknown as
    | BulkPlan
    | undefined;
  if (plan === undefined || plan.action !== action)
    throw new MainspringError(
      "PLAN_CHANGED",
      { planHash },
      plan === undefined ? "this plan is not known, or is too old" : `this plan is one to ${plan.action}`,
    );
  return plan;
}

async function matching(
  parts: LauncherParts,
  { tenantId, filter, visible }: BulkRequest,
): Promise<{ readonly runs: readonly RunSummary[]; readonly more: boolean }> {
  const runs: RunSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await parts.store.tenant(tenantId, async (db) => {
      const found = await listRuns(db, filter, { cursor, limit: 200 });
      return visible === undefined ? found : { ...found, items: await visible(db, found.items) };
    });
    runs.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && runs.length < bulkMax);
  return { runs: runs.slice(0, bulkMax), more: cursor !== undefined || runs.length > bulkMax };
}

/** Why nothing would be done to a run; undefined: it would. */
async function hindrance(
  parts: LauncherParts,
  tenantId: string,
  action: BulkAction,
  run: RunSummary,
): Promise<string | undefined> {
  if (action === "cancel") return runHasEnded(run.status) ? "RUN_ALREADY_ENDED" : undefined;
  return (await hasConfirmedEnd(parts, tenantId, run)) ? undefined : "RUN_NOT_ENDED";
}

/** Whatever goes wrong with one run is told with it: what was done to the others is not lost. */
async function act(parts: BulkParts, request: BulkRequest, runId: string): Promise<BulkItem> {
  try {
    return await actOn(parts, request, runId);
  } catch (error) {
    const code = error instanceof MainspringError ? error.code : "INTERNAL";
    return { runId, workflow: "", status: "", result: "failed", code };
  }
}

/** A run that the filter does not find. */
async function passedOver({ store }: LauncherParts, tenantId: string, runId: string): Promise<BulkItem> {
  const run = await store.tenant(tenantId, (db) => getRun(db, runId));
  const known = run === undefined ? { runId, workflow: "", status: "" } : shown(run);
  return { ...known, result: "skipped", code: run === undefined ? "RUN_NOT_FOUND" : "NO_LONGER_MATCHES" };
}

async function actOn(parts: BulkParts, request: BulkRequest, runId: string): Promise<BulkItem> {
  const { tenantId, action, filter, by } = request;
  const [run] = (await parts.store.tenant(tenantId, (db) => listRuns(db, { ...filter, runId }, { limit: 1 }))).items;
  if (run === undefined) return passedOver(parts, tenantId, runId);
  const code = await hindrance(parts, tenantId, action, run);
  if (code !== undefined) return { ...shown(run), result: "skipped", code };
  try {
    switch (action) {
      case "cancel":
        await cancelRun(parts, {
          tenantId,
          runId,
          by,
          ...(request.reason === undefined ? {} : { reason: request.reason }),
        });
        return { ...shown(run), result: "done" };
      case "replay": {
        const idempotencyKey = `bulk:${request.planHash ?? ""}:${runId}`;
        const start = (): Promise<Launched> => replay(parts, { tenantId, runId, startedBy: by, idempotencyKey });
        const replayed = await (parts.starts === undefined ? start() : parts.starts.run(tenantId, start));
        return { ...shown(run), result: "done", newRunId: replayed.runId };
      }
      case "delete":
        await deleteEndedRun(parts, tenantId, runId);
        return { ...shown(run), result: "done" };
    }
  } catch (error) {
    const failure = error instanceof MainspringError ? error.code : "INTERNAL";
    return { ...shown(run), result: failure === "RUN_ALREADY_ENDED" ? "skipped" : "failed", code: failure };
  }
}

function shown(
  run: Pick<RunSummary, "id" | "workflowKey" | "status">,
): Pick<BulkItem, "runId" | "workflow" | "status"> {
  return { runId: run.id, workflow: run.workflowKey, status: run.status };
}

function expiry(): string {
  return new Date(Date.now() + planKeptMs).toISOString();
}
