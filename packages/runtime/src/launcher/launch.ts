import { createHash } from "node:crypto";
import {
  canonicalJson,
  instantFromMs,
  isJsonObject,
  MainspringError,
  validate,
  type Issue,
  type Json,
} from "@mainspring/core";
import {
  countStarts,
  definitionOf,
  getRun,
  getWorkflow,
  hasLimit,
  holdStart,
  insertRun,
  isUniqueViolation,
  newId,
  launchRefused,
  limitReached,
  lockStarts,
  releaseHeld,
  runByIdempotencyKey,
  runForStart,
  startFailed,
  startSucceeded,
  startTerms,
  type HoldReason,
  type LimitReached,
  type PinnedDefinition,
  type StartTerms,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { StartInput } from "../activities/contract.ts";
import { confirmEnds } from "../quotas/release.ts";
import { handOver } from "../tracing/start-trace.ts";
import { currentTraceparent } from "../tracing/tracing.ts";
import { startRun, type StartResult } from "./run-starter.ts";

/** What the request itself tries; afterwards the relay does. */
export const requestStartMs = 2_000;
/** The relay leaves a start to its request for so long. */
export const relayAfterMs = 3_000;

export interface LaunchRequest {
  readonly tenantId: string;
  readonly workflowKey: string;
  /** Left out: the published one. */
  readonly version?: number;
  readonly payload: Json;
  /** What started it, e.g. `{replayOfRunId}`. */
  readonly trigger?: Json;
  readonly idempotencyKey?: string;
  /** What else the request consists of, beside workflow, version and payload: with the same key it must be the same. */
  readonly requested?: Json;
  readonly startedBy: string;
  /** Of the version that a run was pinned to: where the key has come to name another workflow, its versions are not meant. */
  readonly definitionHash?: string;
  /** As a run before had it: a child's version may be compiled under its parent's semantics. */
  readonly program?: { readonly programHash: string; readonly semantics: 1 | 2 };
  /** Of a restarted run. */
  readonly offeredEventIds?: readonly string[];
  /** What else is written with the new run's row, in its transaction. `held`: it does not start yet, for this reason. */
  readonly alongside?: (
    db: TenantDb,
    run: { readonly runId: string; readonly version: number; readonly held?: HoldReason },
  ) => Promise<void>;
}

export interface Launched {
  readonly runId: string;
  readonly status: string;
  /** False when the idempotency key had made this run before. */
  readonly created: boolean;
  /** It is QUEUED and not started yet, for this reason; its turn comes by itself. */
  readonly held?: HoldReason;
}

export interface LauncherParts {
  readonly store: Store;
  readonly client: Client;
  readonly workflowTaskTimeoutMs?: number;
}

/**
 * The one way in which a run that is no child begins: the row and its outbox entry in one transaction, then the start, then the mark.
 * Once the transaction has committed the run cannot be lost: the relay starts what a crash left.
 *
 * A trigger of type `event` or `schedule` is a machine's start. Of a paused workflow it is refused, and over a limit it is held. Any other
 * is a person's: of a paused workflow it is held, and over a limit refused.
 * @throws MainspringError WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, NOT_PUBLISHED, PAYLOAD_INVALID (details.issues), TENANT_SUSPENDED,
 *   IDEMPOTENCY_CONFLICT, LAUNCH_REFUSED (details.runId); of machines' starts WORKFLOW_PAUSED; of persons' CONCURRENCY_LIMITED and RATE_LIMITED
 *   (details: limit, max, used, retryAfterS)
 */
export async function launch(parts: LauncherParts, request: LaunchRequest): Promise<Launched> {
  const { tenantId } = request;
  const inserted = await insertWithRoom(parts, request);
  if (!inserted.created) return inserted;
  const insertedMs = Date.now();
  if (inserted.held !== undefined)
    return { runId: inserted.runId, status: "QUEUED", created: true, held: inserted.held };
  const row = { runId: inserted.runId, traceparent: currentTraceparent(), sinceMs: insertedMs };
  const started = await handOver(row, () =>
    startRun(parts.client, inserted.input, {
      withinMs: requestStartMs,
      workflow: request.workflowKey,
      ...taskTimeout(parts),
    }),
  );
  const status = await parts.store.tenant(tenantId, (db) => {
    db.lastRound();
    return markStart(db, inserted.runId, started, { nextAt: new Date(Date.now() + 1_000) });
  });
  if (started.result === "refused")
    throw new MainspringError("LAUNCH_REFUSED", { runId: inserted.runId, reason: started.message });
  return { runId: inserted.runId, status, created: true };
}

/** An end that nobody has confirmed yet takes up room: before a person is refused, ends are confirmed. */
async function insertWithRoom(parts: LauncherParts, request: LaunchRequest): Promise<Inserted> {
  try {
    return await insertOnce(parts, request);
  } catch (error) {
    if (!(error instanceof MainspringError) || error.code !== "CONCURRENCY_LIMITED") throw error;
    if ((await confirmEnds(parts, request.tenantId)) === 0) throw error;
    return insertOnce(parts, request);
  }
}

/** Of two requests with one key that race, the second meets the first one's run. */
async function insertOnce({ store }: LauncherParts, request: LaunchRequest): Promise<Inserted> {
  const attempt = (): Promise<Inserted> => store.tenant(request.tenantId, (db) => insert(db, request));
  try {
    return await attempt();
  } catch (error) {
    if (request.idempotencyKey === undefined || !isUniqueViolation(error)) throw error;
    return attempt();
  }
}

type Inserted = Launched & ({ readonly created: false } | { readonly created: true; readonly input: StartInput });

async function insert(db: TenantDb, request: LaunchRequest): Promise<Inserted> {
  const { workflowKey, version, payload, idempotencyKey, trigger, startedBy, requested } = request;
  const asked: Json[] = [workflowKey, version ?? null, payload];
  const requestHash = createHash("sha256")
    .update(canonicalJson(requested === undefined ? asked : [...asked, requested]))
    .digest("hex");
  const earlier = idempotencyKey === undefined ? undefined : await madeBefore(db, idempotencyKey, requestHash);
  if (earlier !== undefined) return earlier;
  const [pinned, terms] = await Promise.all([definitionOf(db, workflowKey, version, { kept: true }), startTerms(db)]);
  if (terms.suspended) throw new MainspringError("TENANT_SUSPENDED");
  if (pinned === undefined) throw await notStartable(db, workflowKey, version);
  // Older versions of what was unpublished are there for runs that are pinned to them.
  if (!pinned.isPublished && request.definitionHash === undefined && !isRestart(trigger))
    throw new MainspringError("NOT_PUBLISHED", { key: workflowKey });
  if (request.definitionHash !== undefined && request.definitionHash !== pinned.definitionHash)
    throw new MainspringError("VERSION_NOT_FOUND", { key: workflowKey, version: version ?? null });
  if (pinned.paused && isMachine(trigger)) throw new MainspringError("WORKFLOW_PAUSED", { key: workflowKey });
  const problems = pinned.payloadSchema === null ? [] : validate(pinned.payloadSchema, payload);
  if (problems.length > 0) {
    const issues: Issue[] = problems.map(({ code, pointer, message }) => ({
      code,
      severity: "error",
      pointer: `/payload${pointer}`,
      message,
      remedy: "Send a payload that fits the workflow's payload schema.",
    }));
    throw new MainspringError("PAYLOAD_INVALID", { issues: issues as unknown as Json });
  }
  const held = pinned.paused ? "workflow-paused" : await heldByLimit(db, request, pinned, terms);
  if (typeof held === "object") {
    // Behind the lock the same request may have come through that was not there before it.
    const meanwhile = idempotencyKey === undefined ? undefined : await madeBefore(db, idempotencyKey, requestHash);
    if (meanwhile !== undefined) return meanwhile;
    throw refusal(held);
  }
  const runId = newId();
  const { programHash, semantics } = request.program ?? pinned;
  await insertRun(db, {
    id: runId,
    workflowKey,
    version: pinned.version,
    definitionHash: pinned.definitionHash,
    programHash,
    semantics,
    input: payload,
    payloadSchema: pinned.payloadSchema,
    startedBy,
    traceparent: currentTraceparent(),
    startDueAt: new Date(Date.now() + relayAfterMs),
    ...(trigger === undefined ? {} : { trigger }),
    ...(request.offeredEventIds === undefined ? {} : { offeredEventIds: request.offeredEventIds }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey, requestHash }),
  });
  if (held !== undefined) await holdStart(db, runId, held);
  await request.alongside?.(db, { runId, version: pinned.version, ...(held === undefined ? {} : { held }) });
  const input: StartInput = {
    runId,
    tenantId: request.tenantId,
    version: pinned.version,
    definitionHash: pinned.definitionHash,
    programHash,
    semanticsVersion: semantics,
  };
  return { runId, status: "QUEUED", created: true, input, ...(held === undefined ? {} : { held }) };
}

async function madeBefore(db: TenantDb, key: string, requestHash: string): Promise<Inserted | undefined> {
  const earlier = await runByIdempotencyKey(db, key);
  if (earlier === undefined) return undefined;
  if (earlier.requestHash !== requestHash) throw new MainspringError("IDEMPOTENCY_CONFLICT", { key });
  const run = await getRun(db, earlier.runId);
  return { runId: earlier.runId, status: run?.status ?? "QUEUED", created: false };
}

/**
 * Counts a start against what limits it. Those that are held already go first.
 * @returns why it is held, or what refuses it; undefined: it may start
 */
async function heldByLimit(
  db: TenantDb,
  { trigger }: LaunchRequest,
  { workflowId, concurrencyLimit }: PinnedDefinition,
  terms: StartTerms,
): Promise<HoldReason | LimitReached | undefined> {
  if (!hasLimit(terms) && concurrencyLimit === null) return undefined;
  await lockStarts(db);
  await releaseHeld(db);
  const reached = await limitReached(db, terms, { id: workflowId, limit: concurrencyLimit });
  if (reached === undefined) {
    await countStarts(db, terms, 1);
    return undefined;
  }
  if (!isMachine(trigger)) return reached;
  return reached.roomInMs === undefined ? "concurrency-limited" : "over-limit";
}

function isMachine(trigger: Json | undefined): boolean {
  const type = typeOf(trigger);
  return type === "event" || type === "schedule";
}

function isRestart(trigger: Json | undefined): boolean {
  const type = typeOf(trigger);
  return type === "replay" || type === "restart";
}

function typeOf(trigger: Json | undefined): Json | undefined {
  return isJsonObject(trigger) ? trigger["type"] : undefined;
}

/** Nobody knows when a run will end. */
const endExpectedInS = 5;

function refusal({ limit, max, used, roomInMs }: LimitReached): MainspringError {
  const retryAfterS = roomInMs === undefined ? endExpectedInS : Math.max(1, Math.ceil(roomInMs / 1_000));
  const details = { limit, max, used, retryAfterS };
  switch (limit) {
    case "fuelPerMinute":
      return new MainspringError(
        "RATE_LIMITED",
        details,
        `the runs of this minute used ${used} of ${max} units of fuel`,
      );
    case "startsPerMinute":
      return new MainspringError("RATE_LIMITED", details, `${used} of ${max} starts of this minute were made`);
    case "concurrencyLimit":
      return new MainspringError(
        "CONCURRENCY_LIMITED",
        details,
        `${used} of ${max} runs of the workflow are under way`,
      );
    case "concurrentRuns":
      return new MainspringError("CONCURRENCY_LIMITED", details, `${used} of ${max} runs of the tenant are under way`);
  }
}

async function notStartable(db: TenantDb, key: string, version: number | undefined): Promise<MainspringError> {
  if ((await getWorkflow(db, key)) === undefined) return new MainspringError("WORKFLOW_NOT_FOUND", { key });
  return version === undefined
    ? new MainspringError("NOT_PUBLISHED", { key })
    : new MainspringError("VERSION_NOT_FOUND", { key, version });
}

/** Start, then mark: the other order loses runs. @returns the run's status now */
export async function markStart(
  db: TenantDb,
  runId: string,
  started: StartResult,
  retry: { readonly nextAt: Date },
): Promise<string> {
  switch (started.result) {
    case "started":
      await startSucceeded(db, runId, { temporalRunId: started.temporalRunId, at: new Date() });
      break;
    case "refused":
      await launchRefused(db, runId, {
        error: launchError("LAUNCH_REFUSED", `Temporal refused the start: ${started.message}`, {
          grpcCode: started.grpcCode,
        }),
      });
      break;
    case "unreachable":
      await startFailed(db, runId, { error: started.message, nextAt: retry.nextAt });
      break;
  }
  return (await runForStart(db, runId))?.status ?? "QUEUED";
}

export function launchError(code: string, message: string, details: { readonly [key: string]: Json }): Json {
  return {
    category: "ActionError",
    code,
    message,
    stage: "launch",
    at: instantFromMs(Date.now()),
    details: { ...details, stage: "launch" },
  };
}

export function taskTimeout(parts: LauncherParts): { workflowTaskTimeoutMs?: number } {
  return parts.workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeoutMs: parts.workflowTaskTimeoutMs };
}
