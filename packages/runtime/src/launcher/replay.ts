import { MainspringError, placeholderPointers, type Issue, type Json } from "@mainspring/core";
import { getRun, runInput, type RunRow } from "@mainspring/store";
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
 * @throws MainspringError RUN_NOT_FOUND, REDACTED_VALUE_IN_PAYLOAD (details.issues) and those of `launch`
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
