import type { EgressAllow } from "@mainspring/actions";
import type { ActionError, JournalEntry, Json } from "@mainspring/core";
import {
  claimAtOnce,
  claimInvocation,
  isWithinQuota,
  noneAttempts,
  noteAttempt,
  quotaQuestion,
  writeCarried,
  type CarriedWrite,
  type Fence,
  type InvocationClaim,
  type TenantDb,
} from "@mainspring/store";
import { activityGraceMs } from "../workflow/bounds.ts";
import type { PerformActionArgs } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { inputHash } from "./idempotency-key.ts";
import { holdsBlob, withBlobs } from "./large-values.ts";

/** So many attempts lost in a row with their workers end the call: it may be what kills them. */
export const lostAttemptsMax = 5;
const claimHeldDelayMs = 1_000;

/** One of Temporal's tries of a call. */
export interface Try {
  /** Of the ledger. */
  readonly key: string;
  readonly temporalRunId: string;
  readonly temporalAttempt: number;
  /** How many of the tries before it can have been lost with their workers. */
  readonly lostAtMost: number;
  readonly startedAt: Date;
}

/** What the claim says: run the handler, answer from the ledger, or fail. Thrown only once its transaction has committed. */
export type Begun =
  | { readonly do: "run"; readonly attempt: number }
  | { readonly do: "answer"; readonly output: Json; readonly attempt: number }
  | { readonly do: "wait"; readonly delayMs: number }
  /** The tenant is over its quota. The entries are written. */
  | { readonly do: "hold" }
  | { readonly do: "fail"; readonly error: ActionError; readonly reported: boolean };

export interface Beginning {
  readonly begun: Begun;
  readonly fence: Fence | "stale";
  readonly egressAllow: EgressAllow;
  readonly input: Json;
}

/** What comes before the handler: the claim, with the entries that the call carries, in one transaction. A call without effect takes none. */
export async function beginCall(
  dependencies: ActivityDependencies,
  args: PerformActionArgs,
  entries: readonly JournalEntry[],
  attempt: Try,
): Promise<Beginning> {
  const { call, tenantId, runId } = args;
  const atOnce = await beginAtOnce(dependencies, args, entries, attempt);
  if (atOnce !== undefined) return atOnce;
  return dependencies.store.tenant(tenantId, async (db) => {
    const fence = await dependencies.epochs.fence(db, args, attempt.temporalRunId);
    const begun =
      call.facts.effect === "none"
        ? await countNone(db, args, attempt, carriedBy(args, fence, entries))
        : await claim(db, args, attempt, carriedBy(args, fence, entries));
    if (begun.do === "run" && begun.attempt > 1)
      await noteAttempt(db, { runId, execution: call.place.execution, attempt: begun.attempt });
    const [egressAllow] = await Promise.all([
      begun.do === "run" ? dependencies.egress.of(db) : {},
      call.facts.effect === "none" ? dependencies.stepLimits.learn(db) : undefined,
    ]);
    const input = holdsBlob(call.input) ? await withBlobs(db, call.input) : call.input;
    return { begun, fence, egressAllow, input };
  });
}

/**
 * How nearly every call begins: all that must be known is known here, its key is new, and its entries are the next of the run. Then one
 * round trip does, and none where nothing is claimed.
 * @returns undefined when it is not so; what was written may be written again
 */
async function beginAtOnce(
  { store, epochs, egress, stepLimits }: ActivityDependencies,
  args: PerformActionArgs,
  entries: readonly JournalEntry[],
  attempt: Try,
): Promise<Beginning | undefined> {
  const { call, tenantId } = args;
  const fence = epochs.known(args, attempt.temporalRunId);
  const egressAllow = egress.known(tenantId);
  if (fence === undefined || egressAllow === undefined) return undefined;
  if (attempt.temporalAttempt > 1 || holdsBlob(call.input)) return undefined;
  const run: Begun = { do: "run", attempt: call.attemptsMade + 1 };
  if (call.facts.effect === "none")
    return args.quotaWaived === true || stepLimits.isUnlimited(tenantId)
      ? { begun: run, fence, egressAllow, input: call.input }
      : undefined;
  if (args.restarted === true) return undefined;
  const claimed = await store.tenant(tenantId, (db) =>
    claimAtOnce(db, claimOf(args, attempt), carriedBy(args, fence, entries)),
  );
  if (!claimed) return undefined;
  return { begun: run, fence, egressAllow, input: call.input };
}

/** @param entries of a writer that is stale are written by nobody */
export function carriedBy(
  { runId }: Pick<PerformActionArgs, "runId">,
  fence: Fence | "stale",
  entries: readonly JournalEntry[],
): CarriedWrite | undefined {
  return fence === "stale" || entries.length === 0 ? undefined : { runId, fence, entries };
}

export function claimOf(args: PerformActionArgs, { key, temporalAttempt, startedAt }: Try): InvocationClaim {
  const { call, runId } = args;
  return {
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
    owner: ownerOf(args, temporalAttempt),
    repeatUnknown: call.retry?.retryOn.includes("OUTCOME_UNKNOWN") === true,
    quotaWaived: args.quotaWaived === true,
    stepsBegun: args.stepsBegun,
    restarted: args.restarted === true,
  };
}

export async function claim(
  db: TenantDb,
  args: PerformActionArgs,
  attempt: Try,
  carried: CarriedWrite | undefined,
): Promise<Begun> {
  const { call } = args;
  const { lostAtMost } = attempt;
  const claimed = await claimInvocation(db, claimOf(args, attempt), carried);
  switch (claimed.result) {
    case "claimed":
      // Of a call that was handed back the ledger knows the tries too.
      return runUnlessLost(
        Math.max(call.attemptsMade, claimed.reportedAttempts) + 1,
        Math.min(claimed.lostInRow, lostAtMost),
      );
    case "succeeded":
      return { do: "answer", output: claimed.output, attempt: call.attemptsMade + 1 };
    case "held":
      return { do: "wait", delayMs: Math.min(claimHeldDelayMs, Math.max(1, claimed.until.getTime() - Date.now())) };
    case "unknown":
      return {
        do: "fail",
        reported: true,
        error: {
          category: "ActionError",
          code: "OUTCOME_UNKNOWN",
          message: "The attempt died with its worker: its effect may have happened",
          attempt: Math.max(call.attemptsMade, claimed.reportedAttempts) + 1,
        },
      };
    case "overQuota":
      return { do: "hold" };
    case "keyReused":
      return {
        do: "fail",
        reported: false,
        error: {
          category: "ActionError",
          code: "IDEMPOTENCY_KEY_REUSED",
          message: "This key was used before with another input",
          attempt: 1,
        },
      };
  }
}

export async function countNone(
  db: TenantDb,
  { call, ...writer }: PerformActionArgs,
  { key, temporalAttempt, lostAtMost }: Try,
  carried: CarriedWrite | undefined,
): Promise<Begun> {
  if (temporalAttempt === 1) {
    if (await isWithinQuota(db, quotaQuestion(writer, carried))) return { do: "run", attempt: call.attemptsMade + 1 };
    if (carried !== undefined) await writeCarried(db, carried);
    return { do: "hold" };
  }
  const counted = (await noneAttempts(db, key)) ?? { reportedAttempts: 0, lastReportedTemporalAttempt: 0 };
  return runUnlessLost(
    Math.max(call.attemptsMade, counted.reportedAttempts) + 1,
    Math.min(temporalAttempt - 1 - counted.lastReportedTemporalAttempt, lostAtMost),
  );
}

function runUnlessLost(attempt: number, lostInRow: number): Begun {
  if (lostInRow < lostAttemptsMax) return { do: "run", attempt };
  return {
    do: "fail",
    reported: false,
    error: {
      category: "ActionError",
      code: "WORKER_LOST",
      message: `${lostInRow} attempts in a row were lost with their worker`,
      attempt,
    },
  };
}

/** Who holds a claim. */
export function ownerOf({ runId, call }: PerformActionArgs, temporalAttempt: number): string {
  return `${runId}:${call.id}:${temporalAttempt}`;
}
