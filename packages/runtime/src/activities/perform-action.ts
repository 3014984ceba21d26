import { performAction as perform, ActionFailure } from "@mainspring/actions";
import { instantFromMs, type ActionError, type JournalEntry, type Json } from "@mainspring/core";
import { claimInvocation, getTenant, invocationFailed, invocationLate, invocationSucceeded, noneAttempts, noteAttempt, recordNone, writeCarried, type Fence, type InvocationClaim, type TenantDb } from "@mainspring/store";
import { ApplicationFailure, CancelledFailure, Context } from "@temporalio/activity";
import { Crossing } from "../wire/crossing.ts";
import { activityGraceMs, heartbeatEveryMs } from "../workflow/bounds.ts";
import type { Call, PerformActionArgs, PerformActionResult } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { idempotencyKey, inputHash } from "./idempotency-key.ts";
import { holdsBlob, referenceOf, withBlobs, withinLimit } from "./large-values.ts";
import { nextDelayMs } from "./retry.ts";

/** So many attempts lost in a row with their workers end the call: it may be what kills them. */
export const lostAttemptsMax = 5;
const claimHeldDelayMs = 1_000;
/** A call without effect writes its row afterwards; one that runs longer shows itself. */
const noneRowAfterMs = 1_000;

type Begun = { readonly go: true; readonly attempt: number } | { readonly go: false; readonly output: Json; readonly attempt: number };

/**
 * The wrapper around one try of a remote call. Temporal's tries are unlimited and count attempts that died with their worker; here the
 * author's policy decides, counting the outcomes that were reported. Entries of the journal ride along with the claim.
 */
export async function performAction(dependencies: ActivityDependencies, args: PerformActionArgs, entries: readonly JournalEntry[]): Promise<Crossing> {
  const { store } = dependencies;
  const { call, tenantId, runId } = args;
  const context = Context.current();
  const { attempt: temporalAttempt, workflowExecution } = context.info;
  const temporalRunId = workflowExecution?.runId ?? "";
  const key = idempotencyKey(tenantId, runId, call);
  const startedAt = new Date();
  const heartbeat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
  const withoutEffect = call.facts.effect === "none";
  let fence: Fence | "stale" = "stale";
  try {
    const { begun, egressAllow, input } = await store.tenant(tenantId, async (db) => {
      fence = await dependencies.epochs.fence(db, args, temporalRunId);
      const begun = withoutEffect ? await countNone(db, args, key, temporalAttempt) : await claim(db, dependencies, args, key, temporalAttempt, startedAt);
      if (!withoutEffect && fence !== "stale" && entries.length > 0) await writeCarried(db, { runId, fence, entries });
      if (begun.go && begun.attempt > 1) await noteAttempt(db, { runId, execution: call.place.execution, attempt: begun.attempt, at: startedAt });
      const egressAllow = (await getTenant(db))?.egressAllow ?? {};
      const input = holdsBlob(call.input) ? await withBlobs(db, call.input) : call.input;
      return { begun, egressAllow, input };
    });
    if (!begun.go) return await result(dependencies, tenantId, begun.output, begun.attempt);
    const shown = withoutEffect && entries.length > 0 ? showWhenSlow(dependencies, args, () => fence, entries) : undefined;
    try {
      const { output: raw } = await perform(dependencies.registry, {
        actionId: call.action,
        input,
        key,
        attempt: begun.attempt,
        runId,
        stepId: call.place.stepId,
        tenant: { egressAllow },
        signal: context.cancellationSignal,
        timeoutMs: call.timeoutMs,
        log: ({ level, message, data }) => dependencies.log.info({ runId, tenantId, stepId: call.place.stepId, level, data }, message),
        onLate: ({ outcome, elapsedMs, message }) => {
          if (withoutEffect) return;
          void store
            .tenant(tenantId, (db) => invocationLate(db, { key, at: new Date(), result: { outcome, elapsedMs, ...(message === undefined ? {} : { message }) } }))
            .catch((error: unknown) => dependencies.log.warn({ runId, key, error: String(error) }, "A late end could not be recorded"));
        },
      });
      const output = await store.tenant(tenantId, async (db) => {
        const kept = await withinLimit(db, raw);
        if (withoutEffect) {
          if (fence !== "stale" && entries.length > 0 && shown?.done !== true) await writeCarried(db, { runId, fence, entries });
          await recordNone(db, noneRow(args, key, startedAt, { status: "SUCCEEDED", output: kept, attempts: begun.attempt }));
        } else {
          await invocationSucceeded(db, { key, output: kept, at: new Date(), attempt: begun.attempt });
        }
        return kept;
      });
      return await result(dependencies, tenantId, output, begun.attempt);
    } catch (thrown) {
      if (!(thrown instanceof ActionFailure)) throw thrown;
      if (thrown.category === "Cancellation") throw new CancelledFailure("The call was cancelled");
      throw await reported(dependencies, args, key, startedAt, begun.attempt, temporalAttempt, thrown);
    } finally {
      shown?.stop();
    }
  } finally {
    clearInterval(heartbeat);
  }
}

async function claim(db: TenantDb, dependencies: ActivityDependencies, args: PerformActionArgs, key: string, temporalAttempt: number, startedAt: Date): Promise<Begun> {
  const { call, runId } = args;
  const request: InvocationClaim = {
    key,
    runId,
    commandId: call.id,
    place: call.place,
    action: call.action,
    effect: call.facts.effect,
    input: call.input,
    inputHash: inputHash(call.input),
    attempt: temporalAttempt,
    deadlineAt: new Date(startedAt.getTime() + call.timeoutMs + activityGraceMs),
    owner: `${runId}:${call.id}`,
  };
  const claimed = await claimInvocation(db, request);
  switch (claimed.result) {
    case "claimed":
      if (claimed.lostInRow >= lostAttemptsMax) throw ended(args, { category: "ActionError", code: "WORKER_LOST", message: `${claimed.lostInRow} attempts in a row were lost with their worker`, attempt: claimed.reportedAttempts + 1 });
      return { go: true, attempt: call.attemptsMade + claimed.reportedAttempts + 1 };
    case "succeeded":
      return { go: false, output: claimed.output, attempt: call.attemptsMade + 1 };
    case "held":
      throw retryable(args.tenantId, { category: "TransientError", code: "CLAIM_HELD", message: "Another run holds this key at the moment", attempt: 1 }, claimHeldDelayMs);
    case "unknown":
      throw ended(args, { category: "ActionError", code: "OUTCOME_UNKNOWN", message: "The attempt died: its effect may have happened", attempt: 1 });
    case "keyReused":
      throw ended(args, { category: "ActionError", code: "IDEMPOTENCY_KEY_REUSED", message: "This key was used with another input", attempt: 1 });
  }
}

async function countNone(db: TenantDb, args: PerformActionArgs, key: string, temporalAttempt: number): Promise<Begun> {
  const { attemptsMade } = args.call;
  if (temporalAttempt === 1) return { go: true, attempt: attemptsMade + 1 };
  const counted = (await noneAttempts(db, key)) ?? { reportedAttempts: 0, lastReportedTemporalAttempt: 0 };
  const lostInRow = temporalAttempt - 1 - counted.lastReportedTemporalAttempt;
  const attempt = Math.max(attemptsMade, counted.reportedAttempts) + 1;
  if (lostInRow >= lostAttemptsMax) throw ended(args, { category: "ActionError", code: "WORKER_LOST", message: `${lostInRow} attempts in a row were lost with their worker`, attempt });
  return { go: true, attempt };
}

/** Writes the reported outcome of a failed try, and makes the failure by which Temporal repeats it or does not. */
async function reported(dependencies: ActivityDependencies, args: PerformActionArgs, key: string, startedAt: Date, attempt: number, temporalAttempt: number, failure: ActionFailure): Promise<ApplicationFailure> {
  const { call, tenantId } = args;
  const error: ActionError = { category: failure.category, code: failure.code, message: failure.message, attempt, ...(failure.details === undefined ? {} : { details: failure.details }) };
  const delayMs = nextDelayMs(call.retry, error, attempt, Math.random(), failure.retryAfterMs);
  const nextAt = delayMs === undefined ? undefined : new Date(Date.now() + delayMs);
  const at = instantFromMs(Date.now());
  await dependencies.store.tenant(tenantId, async (db) => {
    const stored = { ...error, at, stepId: call.place.stepId, nodePath: call.place.stepPath } as unknown as Json;
    if (call.facts.effect === "none") await recordNone(db, noneRow(args, key, startedAt, { status: "FAILED", error: stored, attempts: attempt, temporalAttempt }));
    await invocationFailed(db, { key, runId: args.runId, execution: call.place.execution, error: stored, attempt, temporalAttempt, ...(nextAt === undefined ? {} : { nextAt }) });
  });
  return delayMs === undefined ? ended(args, error) : retryable(tenantId, error, delayMs);
}

function ended(args: PerformActionArgs, error: ActionError): ApplicationFailure {
  return withoutStack(ApplicationFailure.create({ type: error.category, message: error.message, nonRetryable: true, details: [new Crossing(args.tenantId, error)] }));
}

function retryable(tenantId: string, error: ActionError, delayMs: number): ApplicationFailure {
  // Temporal has no zero delay: it would mean its own backoff.
  return withoutStack(ApplicationFailure.create({ type: error.category, message: error.message, nextRetryDelay: Math.max(1, delayMs), details: [new Crossing(tenantId, error)] }));
}

/** A stack is 1 to 4 KB of every failure in history, and tells an author nothing. */
function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = `${failure.type}: ${failure.message}`;
  return failure;
}

async function result(dependencies: ActivityDependencies, tenantId: string, output: Json, attempt: number): Promise<Crossing> {
  const small = JSON.stringify(output).length <= 256;
  const reference = small ? undefined : await dependencies.store.tenant(tenantId, (db) => referenceOf(db, output));
  const value: PerformActionResult = { output, attempt, ...(reference === undefined ? {} : { reference }) };
  return new Crossing(tenantId, value);
}

function showWhenSlow(dependencies: ActivityDependencies, args: PerformActionArgs, fence: () => Fence | "stale", entries: readonly JournalEntry[]): { readonly done: boolean; stop(): void } {
  const state = { done: false, stop: () => clearTimeout(timer) };
  const timer = setTimeout(() => {
    void dependencies.store
      .tenant(args.tenantId, async (db) => {
        const current = fence();
        if (current !== "stale") await writeCarried(db, { runId: args.runId, fence: current, entries });
        state.done = true;
      })
      .catch((error: unknown) => dependencies.log.warn({ runId: args.runId, error: String(error) }, "A running call could not be shown; its entries go with its result"));
  }, noneRowAfterMs);
  return state;
}

function noneRow(args: PerformActionArgs, key: string, startedAt: Date, outcome: { readonly status: "SUCCEEDED" | "FAILED"; readonly output?: Json; readonly error?: Json; readonly attempts: number; readonly temporalAttempt?: number }) {
  const call: Call = args.call;
  return { key, runId: args.runId, commandId: call.id, place: call.place, action: call.action, input: call.input, startedAt, finishedAt: new Date(), provisional: false, ...outcome };
}
