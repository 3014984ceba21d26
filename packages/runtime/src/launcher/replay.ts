import { MainspringError, placeholderPointers, type Issue, type Json } from "@mainspring/core";
import { getRun, runHasEnded, runInput, type RunRow, type RunSummary } from "@mainspring/store";
import { confirmRun } from "../reconciler/confirm.ts";
import { launch, type Launched, type LaunchRequest, type LauncherParts } from "./launch.ts";

export interface ReplayRequest {
  readonly tenantId: string;
  readonly runId: string;
  /** Edited: exactly this, `{}` and null too. Left out: the stored input, as it was and never as it is shown. */
  readonly payload?: Json;
  readonly idempotencyKey?: string;
  readonly startedBy: string;
}

/**
 * A new run of the same version, from its first step.
 * @throws MainspringError RUN_NOT_FOUND, RUN_NOT_ENDED, REDACTED_VALUE_IN_PAYLOAD (details.issues) and those of `launch`
 */
export async function replay(parts: LauncherParts, request: ReplayRequest): Promise<Launched> {
  const { tenantId, runId, startedBy, idempotencyKey } = request;
  const edited = request.payload !== undefined;
  if (edited) refusePlaceholders(request.payload);
  const { run, payload } = await parts.store.tenant(tenantId, async (db) => {
    const found = await getRun(db, runId);
    if (found === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
    return { run: found, payload: edited ? request.payload : await runInput(db, runId) };
  });
  if (!(await hasConfirmedEnd(parts, tenantId, run)))
    throw new MainspringError("RUN_NOT_ENDED", { runId, status: run.status });
  return launch(parts, {
    tenantId,
    workflowKey: run.workflowKey,
    ...(run.version === null ? {} : { version: run.version }),
    ...(run.definitionHash === null ? {} : { definitionHash: run.definitionHash }),
    ...programOf(run),
    payload,
    trigger: { type: "replay", replayOfRunId: runId },
    requested: ["replay", runId, edited],
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    startedBy,
  });
}

const closesWithinMs = 3_000;
const recheckMs = 50;

/**
 * An end counts once its execution is seen closed: until then the run itself may take it back. It closes a moment after the row says so, and
 * that moment is waited for. Runs of earlier engines have no execution that could be asked.
 */
export async function hasConfirmedEnd(parts: LauncherParts, tenantId: string, run: RunSummary): Promise<boolean> {
  if (!runHasEnded(run.status)) return false;
  if (run.confirmedAt !== null || run.engine !== "temporal") return true;
  for (const deadline = Date.now() + closesWithinMs; ;) {
    if ((await confirmRun(parts, { tenantId, runId: run.id }).catch(() => "open")) === "confirmed") return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, recheckMs));
  }
}

/** The program that a run was pinned to. */
export function programOf(run: RunRow): Pick<LaunchRequest, "program"> {
  const { programHash, semantics } = run;
  return programHash === null || (semantics !== 1 && semantics !== 2) ? {} : { program: { programHash, semantics } };
}

/** What was read masked must not come back as a value. */
function refusePlaceholders(payload: Json): void {
  const pointers = placeholderPointers(payload);
  if (pointers.length === 0) return;
  const issues: Issue[] = pointers.map((pointer) => ({
    code: "REDACTED_VALUE_IN_PAYLOAD",
    severity: "error",
    pointer: `/payload${pointer}`,
    message: "a placeholder stands here for a value that was masked",
    remedy: "Write the real value, or replay without editing.",
  }));
  throw new MainspringError("REDACTED_VALUE_IN_PAYLOAD", { issues: issues as unknown as Json });
}
