import { ActionFailure, performAction as perform, type EgressAllow } from "@mainspring/actions";
import { instantFromMs, nextDelayMs, type ActionError, type JournalEntry, type Json } from "@mainspring/core";
import {
  claimNew,
  insertNoneInvocations,
  invocationFailed,
  invocationLate,
  invocationsSucceeded,
  isWithinQuota,
  quotaQuestion,
  writeCarried,
  type NoneInvocation,
  type TenantDb,
} from "@mainspring/store";
import { CancelledFailure, Context } from "@temporalio/activity";
import { oneWriteAtATime } from "../one-write-at-a-time.ts";
import { Crossing } from "../wire/crossing.ts";
import { carriedBy, claim, claimOf, countNone, ownerOf, type Begun, type Try } from "./begin-call.ts";
import { CallSecrets } from "./call-secrets.ts";
import type { BatchedOutcome, Call, PerformBatchArgs } from "./contract.ts";
import { dataPort } from "./data-port.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { holdsBlob, referenceOf, withBlobs, withinLimit } from "./large-values.ts";
import { writeOutcome } from "./write-outcome.ts";
import { writtenBy } from "./written-by.ts";

/** One call with what the claim said of it. */
interface BegunCall {
  readonly call: Call;
  readonly attempt: Try;
  readonly begun: Begun;
  readonly input: Json;
}

/** What a try brought, on its way to the database. */
interface Ended {
  readonly begun: BegunCall;
  readonly authorsAttempt: number;
  readonly result: { readonly output: Json } | { readonly error: ActionError; readonly retryAfterMs?: number };
  /** What the shell is told; known once it is written. */
  outcome?: BatchedOutcome;
}

/**
 * One try of several calls of one action that may be repeated, side by side. Each is claimed under its own key and has its own outcome; one
 * that fails and may be repeated is handed back, and goes on as an ordinary call. A batch that is lost with its worker is tried again as a
 * whole: what the ledger knows to be done is not done again.
 */
export async function performBatch(
  dependencies: ActivityDependencies,
  args: PerformBatchArgs,
  entries: readonly JournalEntry[],
): Promise<Crossing> {
  const { tenantId } = args;
  const context = Context.current();
  const endedInOrder = (context.info.heartbeatDetails as { endedInOrder?: number } | undefined)?.endedInOrder ?? 0;
  const beat = (ended: number): void => context.heartbeat(new Crossing(tenantId, { endedInOrder: ended }));
  const heartbeat = setInterval(() => beat(endedInOrder), (context.info.heartbeatTimeoutMs ?? 10_000) / 5);
  try {
    const { calls, egressAllow } = await beginBatch(dependencies, args, entries, endedInOrder);
    const write = oneWriteAtATime<Ended>((items) =>
      writeOutcome(dependencies, args.runId, () => writeEnds(dependencies, args, items)),
    );
    // All are waited for though one cannot be recorded: the next try is not to find them at work.
    const ended = await Promise.allSettled(
      calls.map((call) => performOne(dependencies, args, call, egressAllow, write)),
    );
    const outcomes = ended.map((one): BatchedOutcome => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    return new Crossing(tenantId, outcomes);
  } catch (thrown) {
    // The database is away, not the worker: the attempt does not count as lost.
    if (!(thrown instanceof CancelledFailure)) beat(context.info.attempt);
    throw thrown;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Claims what nobody has claimed, with the entries, in one round trip; what is left is asked for one by one. */
async function beginBatch(
  dependencies: ActivityDependencies,
  args: PerformBatchArgs,
  entries: readonly JournalEntry[],
  endedInOrder: number,
): Promise<{ readonly calls: readonly BegunCall[]; readonly egressAllow: EgressAllow }> {
  const { store, epochs, egress } = dependencies;
  const { tenantId, runId } = args;
  const { attempt: temporalAttempt, workflowExecution } = Context.current().info;
  const temporalRunId = workflowExecution?.runId ?? "";
  const startedAt = new Date();
  const tries = args.calls.map((call) => ({
    call,
    attempt: {
      key: idempotencyKey(tenantId, runId, call),
      temporalRunId,
      startedAt,
      temporalAttempt,
      lostAtMost: temporalAttempt - 1 - endedInOrder,
    } satisfies Try,
  }));
  const withoutEffect = args.calls[0]?.facts.effect === "none";

  const { claimed, within, egressAllow } = await store.tenant(tenantId, async (db) => {
    const fence = await epochs.fence(db, args, temporalRunId);
    const carried = carriedBy(args, fence, entries);
    const egressAllow = await egress.of(db);
    // What a restart reuses is found by a claim alone.
    if (withoutEffect || args.restarted === true) {
      const [within] = await Promise.all([
        isWithinQuota(db, quotaQuestion(args, carried)),
        carried === undefined ? undefined : writeCarried(db, carried),
      ]);
      return { claimed: new Set<string>(), within, egressAllow };
    }
    const claims = tries.map(({ call, attempt }) => claimOf({ ...args, call }, attempt));
    return { claimed: await claimNew(db, claims, carried), within: true, egressAllow };
  });

  // Two calls may share a key that their author wrote: the claim is the first one's.
  const owners = new Map(tries.toReversed().map(({ call, attempt }) => [attempt.key, call.id]));
  const known = (attempt: Try, call: Call): Begun | undefined =>
    claimed.has(attempt.key) && owners.get(attempt.key) === call.id
      ? { do: "run", attempt: call.attemptsMade + 1 }
      : undefined;
  if (tries.every(({ call, attempt }) => known(attempt, call) !== undefined && !holdsBlob(call.input)))
    return {
      calls: tries.map(({ call, attempt }) => ({
        call,
        attempt,
        begun: known(attempt, call) as Begun,
        input: call.input,
      })),
      egressAllow,
    };
  const calls = await store.tenant(tenantId, async (db) => {
    const begun: BegunCall[] = [];
    for (const { call, attempt } of tries) {
      const one = { ...args, call };
      begun.push({
        call,
        attempt,
        begun:
          known(attempt, call) ??
          (withoutEffect
            ? within || temporalAttempt > 1
              ? await countNone(db, { ...one, quotaWaived: true }, attempt, undefined)
              : { do: "hold" }
            : await claim(db, one, attempt, undefined)),
        input: holdsBlob(call.input) ? await withBlobs(db, call.input) : call.input,
      });
    }
    return begun;
  });
  return { calls, egressAllow };
}

async function performOne(
  dependencies: ActivityDependencies,
  args: PerformBatchArgs,
  begunCall: BegunCall,
  egressAllow: EgressAllow,
  write: (ended: Ended) => Promise<void>,
): Promise<BatchedOutcome> {
  const { store } = dependencies;
  const { tenantId, runId } = args;
  const { call, begun, input, attempt: tried } = begunCall;
  const { id } = call;
  switch (begun.do) {
    case "answer": {
      const { output, attempt } = begun;
      const reference = await store.tenant(tenantId, (db) => referenceOf(db, output));
      return { id, kind: "succeeded", output, attempt, ...(reference === undefined ? {} : { reference }) };
    }
    case "hold":
      return { id, kind: "held" };
    case "wait":
      // Singly it waits for the key, and holds up nobody.
      return {
        id,
        kind: "again",
        attemptsMade: call.attemptsMade,
        error: { category: "TransientError", code: "CLAIM_HELD", message: "Another call holds this key", attempt: 1 },
      };
    case "fail":
      return { id, kind: "failed", error: begun.error };
    case "run":
      break;
  }
  const secrets = new CallSecrets(store, tenantId);
  const { scrubber } = secrets;
  const authorsAttempt = begun.attempt;
  const end = async (result: Ended["result"]): Promise<BatchedOutcome> => {
    const ended: Ended = { begun: begunCall, authorsAttempt, result };
    await write(ended);
    if (ended.outcome === undefined) throw new Error("An outcome was written and is not known");
    return ended.outcome;
  };
  try {
    const { output } = await perform(dependencies.registry, {
      actionId: call.action,
      input: await secrets.resolve(input, call.secrets),
      secrets: secrets.reader,
      data: dataPort(store, { tenantId, runId, key: tried.key }, scrubber),
      ...(dependencies.mail === undefined ? {} : { mail: dependencies.mail }),
      key: tried.key,
      attempt: authorsAttempt,
      runId,
      stepId: call.place.stepId,
      iteration: call.place.iteration,
      tenant: { egressAllow },
      signal: Context.current().cancellationSignal,
      timeoutMs: call.timeoutMs,
      log: writtenBy(dependencies, { tenantId, runId, call }, scrubber),
      onLate: ({ outcome, elapsedMs, message }) => {
        if (call.facts.effect === "none") return;
        const result = { outcome, elapsedMs, ...(message === undefined ? {} : { message: scrubber.text(message) }) };
        void store
          .tenant(tenantId, (db) => invocationLate(db, { key: tried.key, at: new Date(), result }))
          .catch((error: unknown) =>
            dependencies.log.warn({ runId, error: String(error) }, "A late end could not be recorded"),
          );
      },
    });
    return await end({ output: scrubber.json(output) });
  } catch (thrown) {
    if (!(thrown instanceof ActionFailure)) throw thrown;
    // Of the whole batch: one call of it is never cancelled alone.
    if (thrown.category === "Cancellation") throw new CancelledFailure("The calls were cancelled");
    const { category, code, message, details, retryAfterMs } = thrown;
    const error: ActionError = {
      category,
      code: scrubber.text(code),
      message: scrubber.text(message),
      attempt: authorsAttempt,
      ...(details === undefined ? {} : { details: scrubber.json(details) }),
    };
    return await end({ error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
}

/** The outcomes of calls that ended at about the same time, in one transaction. */
async function writeEnds(
  { store }: ActivityDependencies,
  args: PerformBatchArgs,
  items: readonly Ended[],
): Promise<void> {
  const outcomes = await store.tenant(args.tenantId, async (db) => {
    const written: BatchedOutcome[] = [];
    const none: (NoneInvocation & { readonly seq: number })[] = [];
    const succeeded: Parameters<typeof invocationsSucceeded>[1][number][] = [];
    for (const { begun, authorsAttempt, result } of items) {
      const { call, attempt } = begun;
      const withoutEffect = call.facts.effect === "none";
      if ("output" in result) {
        const output = await withinLimit(db, result.output);
        if (withoutEffect) none.push({ ...noneRow(begun, authorsAttempt), status: "SUCCEEDED", output });
        else
          succeeded.push({
            key: attempt.key,
            output,
            at: new Date(),
            owner: ownerOf({ ...args, call }, attempt.temporalAttempt),
          });
        const reference = await referenceOf(db, output);
        const more = reference === undefined ? {} : { reference };
        written.push({ id: call.id, kind: "succeeded", output, attempt: authorsAttempt, ...more });
        continue;
      }
      const { error, retryAfterMs } = result;
      const delayMs = nextDelayMs(call.retry, error, authorsAttempt, Math.random(), retryAfterMs);
      const stored = storedError(call, error);
      if (withoutEffect) none.push({ ...noneRow(begun, authorsAttempt), status: "FAILED", error: stored });
      else await failed(db, begun, stored, authorsAttempt, delayMs);
      written.push(
        delayMs === undefined
          ? { id: call.id, kind: "failed", error }
          : { id: call.id, kind: "again", error, attemptsMade: authorsAttempt },
      );
    }
    await invocationsSucceeded(db, succeeded);
    await insertNoneInvocations(db, { runId: args.runId, epoch: 0, provisional: false, invocations: none });
    return written;
  });
  // Told only once it is committed.
  items.forEach((item, i) => {
    item.outcome = outcomes[i] as BatchedOutcome;
  });
}

async function failed(
  db: TenantDb,
  { attempt: { key, temporalAttempt } }: BegunCall,
  error: Json,
  attempt: number,
  delayMs: number | undefined,
): Promise<void> {
  const next = delayMs === undefined ? {} : { nextAt: new Date(Date.now() + delayMs) };
  await invocationFailed(db, { key, error, attempt, temporalAttempt, ...next });
}

function storedError(call: Call, error: ActionError): Json {
  const { stepId, stepPath: nodePath } = call.place;
  return { ...error, at: instantFromMs(Date.now()), stepId, nodePath } as unknown as Json;
}

function noneRow({ call, attempt }: BegunCall, authorsAttempt: number) {
  return {
    key: attempt.key,
    commandId: call.id,
    place: call.place,
    action: call.action,
    input: call.input,
    seq: call.place.execution,
    attempts: authorsAttempt,
    temporalAttempt: attempt.temporalAttempt,
    startedAt: attempt.startedAt,
    finishedAt: new Date(),
  };
}
