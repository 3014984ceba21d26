import { performAction as perform, ActionFailure } from "@mainspring/actions";
import { instantFromMs, nextDelayMs, type ActionError, type JournalEntry, type Json } from "@mainspring/core";
import {
  invocationFailed,
  invocationLate,
  invocationSucceeded,
  recordNone,
  recordNoneAtOnce,
  writeCarried,
  type Fence,
  type NoneInvocation,
} from "@mainspring/store";
import { ApplicationFailure, CancelledFailure, Context } from "@temporalio/activity";
import { mailReminders } from "../tasks/remind.ts";
import { Crossing } from "../wire/crossing.ts";
import { beginCall, ownerOf } from "./begin-call.ts";
import { CallSecrets } from "./call-secrets.ts";
import type { Call, PerformActionArgs, PerformActionResult } from "./contract.ts";
import { dataPort } from "./data-port.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { needsReference, referenceOf, withinLimit } from "./large-values.ts";
import { writeOutcome } from "./write-outcome.ts";
import { writtenBy } from "./written-by.ts";

/** A call without effect writes its row afterwards; one that runs longer shows itself. */
const noneRowAfterMs = 1_000;

/** What an attempt leaves to the next one in its last heartbeat: the latest that ended with its worker alive, though nothing could be stored. */
interface Heartbeat {
  readonly endedInOrder: number;
}

/**
 * The wrapper around one try of a remote call. Temporal's tries are unlimited and count attempts that died with their worker; here the
 * author's policy decides, counting the outcomes that were reported. Entries of the journal ride along with the claim.
 */
export async function performAction(
  dependencies: ActivityDependencies,
  args: PerformActionArgs,
  entries: readonly JournalEntry[],
): Promise<Crossing> {
  const { store } = dependencies;
  const { call, tenantId, runId } = args;
  const context = Context.current();
  const { attempt: temporalAttempt, workflowExecution } = context.info;
  const temporalRunId = workflowExecution?.runId ?? "";
  const key = idempotencyKey(tenantId, runId, call);
  const startedAt = new Date();
  const endedInOrder = (context.info.heartbeatDetails as Heartbeat | undefined)?.endedInOrder ?? 0;
  const beat = (details: Heartbeat): void => context.heartbeat(new Crossing(tenantId, details));
  const heartbeat = setInterval(() => beat({ endedInOrder }), (context.info.heartbeatTimeoutMs ?? 10_000) / 5);
  const withoutEffect = call.facts.effect === "none";
  const secrets = new CallSecrets(store, tenantId);
  const { scrubber } = secrets;
  try {
    const notDueMs = backoffMsOf(call, temporalAttempt);
    if (notDueMs !== undefined) {
      const message = "The next try of a call that was handed back is not due yet";
      const error: ActionError = {
        category: "TransientError",
        code: "CLAIM_HELD",
        message,
        attempt: call.attemptsMade,
      };
      throw retryable(dependencies, tenantId, error, notDueMs);
    }
    const { begun, fence, egressAllow, input } = await beginCall(dependencies, args, entries, {
      key,
      temporalRunId,
      startedAt,
      temporalAttempt,
      lostAtMost: temporalAttempt - 1 - endedInOrder,
    });
    // Beside the call: it does not wait for mail.
    if (temporalAttempt === 1) void mailReminders(dependencies, { tenantId, runId }, entries);
    switch (begun.do) {
      case "answer":
        return await result(dependencies, tenantId, begun.output, begun.attempt);
      case "hold":
        return new Crossing(tenantId, { held: true } satisfies PerformActionResult);
      case "wait":
        throw retryable(
          dependencies,
          tenantId,
          {
            category: "TransientError",
            code: "CLAIM_HELD",
            message: "Another call holds this key at the moment",
            attempt: 1,
          },
          begun.delayMs,
        );
      case "fail":
        if (!begun.reported) throw ended(dependencies, tenantId, begun.error);
        throw await reported(dependencies, args, key, startedAt, temporalAttempt, begun.error);
      case "run":
        break;
    }
    const shown = withoutEffect
      ? showWhenSlow(dependencies, args, key, startedAt, begun.attempt, fence, entries)
      : undefined;
    try {
      const { output: raw } = await perform(dependencies.registry, {
        actionId: call.action,
        input: await secrets.resolve(input, call.secrets),
        secrets: secrets.reader,
        data: dataPort(store, { tenantId, runId, key }, scrubber),
        ...(dependencies.mail === undefined ? {} : { mail: dependencies.mail }),
        key,
        attempt: begun.attempt,
        runId,
        stepId: call.place.stepId,
        iteration: call.place.iteration,
        tenant: { egressAllow },
        signal: context.cancellationSignal,
        timeoutMs: call.timeoutMs,
        log: writtenBy(dependencies, args, scrubber),
        onLate: ({ outcome, elapsedMs, message }) => {
          if (withoutEffect) return;
          void store
            .tenant(tenantId, (db) =>
              invocationLate(db, {
                key,
                at: new Date(),
                result: { outcome, elapsedMs, ...(message === undefined ? {} : { message: scrubber.text(message) }) },
              }),
            )
            .catch((error: unknown) =>
              dependencies.log.warn({ runId, key, error: String(error) }, "A late end could not be recorded"),
            );
        },
      });
      shown?.stop();
      const output = withoutEffect
        ? await writeOutcome(dependencies, runId, () =>
            recordSuccess(dependencies, args, scrubber.json(raw), {
              ...noneRow(args, key, startedAt),
              attempts: begun.attempt,
              temporalAttempt,
              fence,
              entries,
            }),
          )
        : await writeOutcome(dependencies, runId, () =>
            store.tenant(tenantId, async (db) => {
              const kept = await withinLimit(db, scrubber.json(raw));
              db.lastRound();
              await invocationSucceeded(db, {
                key,
                output: kept,
                at: new Date(),
                attempt: begun.attempt,
                owner: ownerOf(args, temporalAttempt),
              });
              return kept;
            }),
          );
      return await result(dependencies, tenantId, output, begun.attempt);
    } catch (thrown) {
      if (!(thrown instanceof ActionFailure)) throw thrown;
      if (thrown.category === "Cancellation") throw new CancelledFailure("The call was cancelled");
      const { category, code, message, details, retryAfterMs } = thrown;
      const error: ActionError = {
        category,
        code: scrubber.text(code),
        message: scrubber.text(message),
        attempt: begun.attempt,
        ...(details === undefined ? {} : { details: scrubber.json(details) }),
      };
      throw await reported(dependencies, args, key, startedAt, temporalAttempt, error, retryAfterMs);
    } finally {
      shown?.stop();
    }
  } catch (thrown) {
    // The database is away, not the worker: the attempt counts neither for the author nor as lost.
    if (!(thrown instanceof ApplicationFailure) && !(thrown instanceof CancelledFailure))
      beat({ endedInOrder: temporalAttempt });
    throw thrown;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Of a call that a segment or a batch has tried: how long its author's policy still waits. The policy has allowed the next try already. */
function backoffMsOf({ handedBack, attemptsMade, retry }: Call, temporalAttempt: number): number | undefined {
  if (handedBack !== true || attemptsMade === 0 || temporalAttempt > 1) return undefined;
  const [code = ""] = retry?.retryOn ?? [];
  const delayMs = nextDelayMs(retry, { category: "TransientError", code }, attemptsMade, Math.random());
  return delayMs === 0 ? undefined : delayMs;
}

/** Writes the reported outcome of a failed try, and makes the failure by which Temporal repeats it or does not. */
async function reported(
  dependencies: ActivityDependencies,
  args: PerformActionArgs,
  key: string,
  startedAt: Date,
  temporalAttempt: number,
  error: ActionError,
  retryAfterMs?: number,
): Promise<ApplicationFailure> {
  const { call, tenantId, runId } = args;
  const { attempt } = error;
  const delayMs = nextDelayMs(call.retry, error, attempt, Math.random(), retryAfterMs);
  const next = delayMs === undefined ? {} : { nextAt: new Date(Date.now() + delayMs) };
  const stored = { ...error, at: instantFromMs(Date.now()), stepId: call.place.stepId, nodePath: call.place.stepPath };
  await writeOutcome(dependencies, runId, () =>
    dependencies.store.tenant(tenantId, async (db) => {
      if (call.facts.effect === "none") {
        await recordNone(db, {
          ...noneRow(args, key, startedAt),
          runId,
          provisional: false,
          status: "FAILED",
          error: stored,
          attempts: attempt,
          temporalAttempt,
          finishedAt: new Date(),
          ...next,
        });
      } else {
        await invocationFailed(db, { key, error: stored, attempt, temporalAttempt, ...next });
      }
    }),
  );
  return delayMs === undefined
    ? ended(dependencies, tenantId, error)
    : retryable(dependencies, tenantId, error, delayMs);
}

function ended(dependencies: ActivityDependencies, tenantId: string, error: ActionError): ApplicationFailure {
  return withoutStack(
    ApplicationFailure.create({
      type: error.category,
      message: messageIn(dependencies, error),
      nonRetryable: true,
      details: [new Crossing(tenantId, error)],
    }),
  );
}

function retryable(
  dependencies: ActivityDependencies,
  tenantId: string,
  error: ActionError,
  delayMs: number,
): ApplicationFailure {
  // Temporal has no zero delay: it would mean its own backoff.
  return withoutStack(
    ApplicationFailure.create({
      type: error.category,
      message: messageIn(dependencies, error),
      nextRetryDelay: Math.max(1, delayMs),
      details: [new Crossing(tenantId, error)],
    }),
  );
}

/** No codec sees a failure's message. Where payloads are sealed it says the code alone; its details, which are sealed, say all. */
function messageIn({ sealsPayloads }: ActivityDependencies, { code, message }: ActionError): string {
  return sealsPayloads ? code : message;
}

/** A stack is 1 to 4 KB of every failure in history, and tells an author nothing. */
function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = `${failure.type}: ${failure.message}`;
  return failure;
}

async function result(
  dependencies: ActivityDependencies,
  tenantId: string,
  output: Json,
  attempt: number,
): Promise<Crossing> {
  const reference = needsReference(output)
    ? await dependencies.store.tenant(tenantId, (db) => referenceOf(db, output))
    : undefined;
  const value: PerformActionResult = { output, attempt, ...(reference === undefined ? {} : { reference }) };
  return new Crossing(tenantId, value);
}

/** A call without effect that runs long: its entries and a STARTED row are written while it does. */
function showWhenSlow(
  dependencies: ActivityDependencies,
  args: PerformActionArgs,
  key: string,
  startedAt: Date,
  attempt: number,
  fence: Fence | "stale",
  entries: readonly JournalEntry[],
): { stop(): void } {
  const timer = setTimeout(() => {
    void dependencies.store
      .tenant(args.tenantId, async (db) => {
        if (fence !== "stale" && entries.length > 0) await writeCarried(db, { runId: args.runId, fence, entries });
        await recordNone(db, {
          ...noneRow(args, key, startedAt),
          runId: args.runId,
          provisional: false,
          status: "STARTED",
          attempts: attempt - 1,
        });
      })
      .catch((error: unknown) =>
        dependencies.log.warn(
          { runId: args.runId, error: String(error) },
          "A running call could not be shown; its entries go with its result",
        ),
      );
  }, noneRowAfterMs);
  return { stop: () => clearTimeout(timer) };
}

/** Writes the row of a call without effect that has succeeded, with the entries that it carried. @returns its output as it is kept */
async function recordSuccess(
  { store }: ActivityDependencies,
  { tenantId, runId }: PerformActionArgs,
  raw: Json,
  done: Omit<NoneInvocation, "status"> & {
    readonly fence: Fence | "stale";
    readonly entries: readonly JournalEntry[];
  },
): Promise<Json> {
  const { fence, entries, ...row } = done;
  const record = { ...row, runId, provisional: false, status: "SUCCEEDED", finishedAt: new Date() } as const;
  const carried = fence === "stale" || entries.length === 0 ? undefined : { runId, fence, entries };
  const [output, written] = await store.tenant(tenantId, async (db) => {
    const kept = await withinLimit(db, raw);
    if (fence === "stale") return [kept, false];
    return [kept, await recordNoneAtOnce(db, { ...record, fence, output: kept }, carried)];
  });
  if (!written)
    await store.tenant(tenantId, async (db) => {
      if (carried !== undefined) await writeCarried(db, carried);
      await recordNone(db, { ...record, output });
    });
  return output;
}

function noneRow(
  { call }: PerformActionArgs,
  key: string,
  startedAt: Date,
): Pick<NoneInvocation, "key" | "commandId" | "place" | "action" | "input" | "startedAt"> {
  return { key, commandId: call.id, place: call.place, action: call.action, input: call.input, startedAt };
}
