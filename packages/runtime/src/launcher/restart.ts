import { MainspringError, type Issue, type Json } from "@mainspring/core";
import {
  keepPlan,
  planOf,
  putReused,
  runByIdempotencyKey,
  runInput,
  type Reused,
  type TenantDb,
} from "@mainspring/store";
import { idempotencyKey as keyOfCall } from "../activities/idempotency-key.ts";
import { launch, type Launched, type LauncherParts } from "./launch.ts";
import { programOf } from "./replay.ts";
import {
  planRestart,
  type PlannedInvocation,
  type PlannedRestart,
  type RestartPlan,
  type RestartPoint,
} from "./restart-plan.ts";

export interface RestartRequest extends RestartPoint {
  readonly tenantId: string;
  readonly reason: string;
  /** Invocations to reuse; left out: all that can be. */
  readonly reuse?: readonly string[];
  /** Left out: yes. */
  readonly offerEvents?: boolean;
  /** Of a preview: the act is refused when it would do something else. */
  readonly planHash?: string;
  readonly idempotencyKey?: string;
  readonly startedBy: string;
}

/**
 * What the restart would do, without doing it.
 * @throws MainspringError RUN_NOT_FOUND, STEP_NOT_FOUND, VERSION_NOT_FOUND, RESTART_VERSION_MISFIT, REQUEST_INVALID
 */
export async function previewRestart(parts: LauncherParts, request: RestartRequest): Promise<RestartPlan> {
  return parts.store.tenant(request.tenantId, async (db) => {
    const { plan } = await planRestart(db, request);
    await keepPlan(db, { kind: "restart", id: plan.planHash, plan: summaryOf(plan), createdBy: request.startedBy });
    return chosen(plan, request);
  });
}

/**
 * A new run that begins where another one stood before a step, with what the plan says: it reuses, repeats and may take again.
 * @throws MainspringError as of `previewRestart`, PLAN_CHANGED (details has the difference), and those of `launch`
 */
export async function restartFrom(parts: LauncherParts, request: RestartRequest): Promise<Launched> {
  const { tenantId, runId, startedBy, reason, idempotencyKey } = request;
  const { planned, input } = await parts.store.tenant(tenantId, async (db) => {
    const made = await planRestart(db, request);
    const isRepeated = idempotencyKey !== undefined && (await runByIdempotencyKey(db, idempotencyKey)) !== undefined;
    if (request.planHash !== undefined && request.planHash !== made.plan.planHash && !isRepeated)
      throw changed(made.plan, await planOf(db, "restart", request.planHash));
    return { planned: made, input: await runInput(db, runId) };
  });
  const { run, origin } = planned;
  const plan = chosen(planned.plan, request);
  const { stepId, stepPath, iteration, version } = plan;
  const offered = request.offerEvents === false ? [] : plan.offeredEvents.map((event) => event.eventId);
  return launch(parts, {
    tenantId,
    workflowKey: run.workflowKey,
    version,
    payload: input,
    trigger: {
      type: "restart",
      restartedFromRunId: runId,
      stepId,
      stepPath,
      iteration: [...iteration],
      reason,
      reused: plan.reuse.map((one) => one.invocationId),
      offeredEvents: offered,
      origin: origin as unknown as Json,
    },
    offeredEventIds: offered,
    requested: ["restart", runId, stepPath, [...iteration], [...(request.reuse ?? ["all"])], offered.length > 0],
    startedBy,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(version === run.version ? programOf(run) : {}),
    alongside: (db, started) => reuseIn(db, started.runId, planned, plan),
  });
}

/** The plan with what is asked for: what could be reused and is not wanted is repeated. */
function chosen(plan: RestartPlan, { reuse, offerEvents }: RestartRequest): RestartPlan {
  const offeredEvents = offerEvents === false ? [] : plan.offeredEvents;
  if (reuse === undefined) return { ...plan, offeredEvents };
  refuseUnknown(plan, reuse);
  const isWanted = (one: PlannedInvocation): boolean => one.authoredKey || reuse.includes(one.invocationId);
  const unwanted = plan.reuse.filter((one) => !isWanted(one));
  return { ...plan, reuse: plan.reuse.filter(isWanted), repeat: [...unwanted, ...plan.repeat], offeredEvents };
}

function refuseUnknown(plan: RestartPlan, reuse: readonly string[]): void {
  const known = new Set(plan.reuse.map((one) => one.invocationId));
  const issues: Issue[] = reuse.flatMap((id, i) =>
    known.has(id)
      ? []
      : [
          {
            code: "REQUEST_INVALID",
            severity: "error",
            pointer: `/reuse/${i}`,
            message: "this is no invocation that the restart could reuse",
            remedy: "Take the ids from the plan's reuse.",
          },
        ],
  );
  if (issues.length > 0) throw new MainspringError("REQUEST_INVALID", { issues: issues as unknown as Json });
}

async function reuseIn(db: TenantDb, runId: string, planned: PlannedRestart, plan: RestartPlan): Promise<void> {
  const reused: Reused[] = plan.reuse
    // The author's key is in the ledger already, and answers for any run.
    .filter((one) => !one.authoredKey)
    .map(({ invocationId, stepId, stepPath, iteration, action }) => {
      const place = { stepId, stepPath, iteration, execution: 0 };
      return {
        invocationId,
        key: keyOfCall(db.tenantId, runId, { action, place, input: planned.inputs.get(invocationId) ?? null }),
      };
    });
  if ((await putReused(db, runId, reused)) !== reused.length) throw changed(planned.plan, undefined);
}

interface PlanSummary {
  readonly reuse: readonly string[];
  readonly repeat: readonly string[];
  readonly offeredEvents: readonly string[];
}

function summaryOf({ reuse, repeat, offeredEvents }: RestartPlan): Json {
  const summary: PlanSummary = {
    reuse: reuse.map((one) => one.invocationId),
    repeat: repeat.map((one) => (one.kind === "action" ? one.invocationId : one.runId)),
    offeredEvents: offeredEvents.map((one) => one.eventId),
  };
  return summary as unknown as Json;
}

/** @param shown what the preview listed; undefined: it is no longer known, and all of the plan is new */
function changed(plan: RestartPlan, shown: Json | undefined): MainspringError {
  const before = (shown ?? { reuse: [], repeat: [], offeredEvents: [] }) as unknown as PlanSummary;
  const now = summaryOf(plan) as unknown as PlanSummary;
  const difference = (name: keyof PlanSummary): Json => ({
    added: now[name].filter((id) => !before[name].includes(id)),
    removed: before[name].filter((id) => !now[name].includes(id)),
  });
  return new MainspringError("PLAN_CHANGED", {
    planHash: plan.planHash,
    difference: {
      reuse: difference("reuse"),
      repeat: difference("repeat"),
      offeredEvents: difference("offeredEvents"),
    },
  });
}
