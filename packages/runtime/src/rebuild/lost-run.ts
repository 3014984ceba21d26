import { runIdOf, type Instant, type JournalEntry, type Json, type StartContext } from "@mainspring/core";
import { getBlob, insertRun, runInput, startSucceeded, type TenantDb } from "@mainspring/store";
import type { DataConverter } from "@temporalio/common";
import { decodeArrayFromPayloads, loadDataConverter } from "@temporalio/common/lib/internal-non-workflow/index.js";
import type { temporal } from "@temporalio/proto";
import type { StartInput } from "../activities/contract.ts";

type History = temporal.api.history.v1.IHistory;

/** What a run's first execution was started with; undefined when it is not one of ours. */
export async function startOf(history: History | undefined, converter: DataConverter): Promise<StartInput | undefined> {
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const [start] = await decodeArrayFromPayloads(loadDataConverter(converter), payloads.slice(0, 1));
  const given = start as Partial<StartInput> | undefined;
  return typeof given?.tenantId === "string" && typeof given.runId === "string" ? (given as StartInput) : undefined;
}

/**
 * Writes the row of a run that the database no longer knows, as far as its history tells of it: what it pinned, its input, whose child it is
 * and what it was restarted from. What started it otherwise, and who, is lost.
 */
export async function insertLostRun(
  db: TenantDb,
  lost: { readonly start: StartInput; readonly history: History; readonly entries: readonly JournalEntry[] },
): Promise<void> {
  const { start, history, entries } = lost;
  const { runId, version, definitionHash, programHash } = start;
  const first = entries.find((entry) => entry.kind === "input");
  const begun = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const parentRunId = runIdOf(begun?.parentWorkflowExecution?.workflowId ?? "");
  const context = first?.data.kind === "resume" ? undefined : first?.data.context;
  await insertRun(db, {
    id: runId,
    workflowKey: context?.workflow ?? "",
    version,
    definitionHash,
    programHash,
    semantics: start.semanticsVersion === 1 ? 1 : 2,
    input: await inputOf(db, first),
    trigger: triggerOf(first),
    ...(parentRunId === undefined ? {} : { parentRunId, rootRunId: parentRunId }),
  });
  await startSucceeded(db, runId, { temporalRunId: begun?.originalExecutionRunId ?? "", at: startedAt(context) });
}

function startedAt(context: StartContext | undefined): Instant {
  return context?.startedAt ?? new Date().toISOString();
}

async function inputOf(db: TenantDb, first: JournalEntry | undefined): Promise<Json> {
  if (first?.kind !== "input") return null;
  switch (first.data.kind) {
    case "start":
      return first.data.reference === undefined
        ? (first.data.payload ?? null)
        : valueOf(await getBlob(db, first.data.reference.hash));
    case "restart":
      return runInput(db, first.data.origin.runId).catch(() => null);
    case "resume":
      return null;
  }
}

function valueOf(bytes: Uint8Array | undefined): Json {
  return bytes === undefined ? null : (JSON.parse(Buffer.from(bytes).toString("utf8")) as Json);
}

function triggerOf(first: JournalEntry | undefined): Json {
  if (first?.kind !== "input" || first.data.kind !== "restart") return { type: "unknown", rebuilt: true };
  const { origin } = first.data;
  return { type: "restart", rebuilt: true, restartedFromRunId: origin.runId, origin: origin as unknown as Json };
}
