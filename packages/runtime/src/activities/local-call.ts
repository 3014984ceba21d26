import { ActionFailure, performAction as perform } from "@mainspring/actions";
import { instantFromMs, nextDelayMs, type ActionError, type CommandOf, type Json } from "@mainspring/core";
import { CallSecrets } from "./call-secrets.ts";
import type { UnwrittenCall, Writer } from "./contract.ts";
import { dataPort } from "./data-port.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { holdsBlob, needsReference, referenceOf, withBlobs, withinLimit } from "./large-values.ts";
import type { LocalResult } from "./segment.ts";
import { writtenBy } from "./written-by.ts";

type Call = CommandOf<"callAction">;

/** One try of a local call within a segment. It has no effect, takes no claim and never reads the ledger; `rows` collects what the commit writes. */
export async function performLocally(
  dependencies: ActivityDependencies,
  writer: Writer,
  call: Call,
  signal: AbortSignal,
  rows: UnwrittenCall[],
): Promise<LocalResult> {
  const { store } = dependencies;
  const { tenantId, runId } = writer;
  const key = idempotencyKey(tenantId, runId, call);
  const startedAt = instantFromMs(Date.now());
  const attempt = call.attemptsMade + 1;
  const secrets = new CallSecrets(store, tenantId);
  const { scrubber } = secrets;
  const row = {
    key,
    commandId: call.id,
    place: call.place,
    action: call.action,
    input: call.input,
    attempts: attempt,
    startedAt,
  };
  try {
    const input = holdsBlob(call.input) ? await store.tenant(tenantId, (db) => withBlobs(db, call.input)) : call.input;
    const { output: unscrubbed } = await perform(dependencies.registry, {
      actionId: call.action,
      input: await secrets.resolve(input, call.secrets),
      secrets: secrets.reader,
      data: dataPort(store, { tenantId, runId, key }, scrubber),
      key,
      attempt,
      runId,
      stepId: call.place.stepId,
      iteration: call.place.iteration,
      tenant: {}, // local actions make no outbound calls
      signal,
      timeoutMs: call.timeoutMs,
      log: writtenBy(dependencies, { tenantId, runId, call }, scrubber),
    });
    const raw = scrubber.json(unscrubbed);
    const { output, reference } = !needsReference(raw)
      ? { output: raw, reference: undefined }
      : await store.tenant(tenantId, async (db) => {
          const kept = await withinLimit(db, raw);
          return { output: kept, reference: await referenceOf(db, kept) };
        });
    rows.push({ ...row, status: "SUCCEEDED", output, finishedAt: instantFromMs(Date.now()) });
    return { kind: "succeeded", output, attempt, ...(reference === undefined ? {} : { reference }) };
  } catch (thrown) {
    const failure =
      thrown instanceof ActionFailure
        ? thrown
        : new ActionFailure({
            category: "ActionError",
            code: "ACTION_FAILED",
            message: thrown instanceof Error ? thrown.message : "The call failed",
          });
    const error: ActionError = {
      category: failure.category,
      code: scrubber.text(failure.code),
      message: scrubber.text(failure.message),
      attempt,
      ...(failure.details === undefined ? {} : { details: scrubber.json(failure.details) }),
    };
    if (!signal.aborted)
      rows.push({
        ...row,
        status: "FAILED",
        error: { ...error, at: instantFromMs(Date.now()) } as unknown as Json,
        finishedAt: instantFromMs(Date.now()),
      });
    const again = nextDelayMs(call.retry, error, attempt, 0, failure.retryAfterMs) !== undefined;
    return again ? { kind: "again", error, attemptsMade: attempt } : { kind: "failed", error };
  }
}
