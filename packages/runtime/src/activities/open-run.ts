import { randomUUID } from "node:crypto";
import {
  instantFromMs,
  restart,
  start,
  type Instant,
  type Json,
  type JournalEntry,
  type Program,
  type RestartOrigin,
  type RunState,
  type StartContext,
  type Transition,
} from "@mainspring/core";
import {
  getBlob,
  isUuid,
  isWithinQuota,
  runForOpen,
  startSucceeded,
  takeSegmentToken,
  writeProvisional,
  type Fence,
  type TenantDb,
} from "@mainspring/store";
import { Context } from "@temporalio/activity";
import { Crossing, CrossingParts, CrossingProgram } from "../wire/crossing.ts";
import { fuelSpent } from "../workflow/fuel-spent.ts";
import type { OpenedHead, OpenRunArgs } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { needsReference, referenceOf } from "./large-values.ts";
import { commitSegment, headOf, performSegment } from "./run-segment.ts";

type Found =
  | {
      readonly ok: true;
      readonly fence: Fence | "stale";
      readonly token: string | undefined;
      readonly within: boolean;
      readonly program: Program;
      /** Of a restarted run: the state that it begins in. */
      readonly payload: Json;
      readonly restart: RestartOrigin | undefined;
      readonly context: StartContext;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * The first thing a run does: the pinned definition is loaded and compared, the execution registered for the fence, the run marked as
 * started, and the first segment performed and committed.
 * @returns parts: head, program, payload, events of the first segment
 */
export async function openRun(dependencies: ActivityDependencies, args: OpenRunArgs): Promise<CrossingParts> {
  const { tenantId } = args;
  if (!isUuid(tenantId) || !isUuid(args.runId))
    return refused(tenantId, {
      code: "DEFINITION_MISSING",
      message: `${tenantId} and ${args.runId} name no run of ours`,
    });
  const temporalRunId = Context.current().info.workflowExecution?.runId ?? "";
  const found = await dependencies.store.tenant(tenantId, (db) => find(db, dependencies, args, temporalRunId));
  if (!found.ok) return refused(tenantId, found);
  if (found.fence !== "stale") dependencies.epochs.remember(temporalRunId, found.fence);
  const { program, payload, restart: origin, context, fence, token, within } = found;
  const payloadReference =
    origin === undefined && needsReference(payload)
      ? await dependencies.store.tenant(tenantId, (db) => referenceOf(db, payload))
      : undefined;
  const first =
    origin === undefined
      ? start(program, payload, context, payloadReference)
      : restart(program, payload as unknown as RunState, context, origin);
  const calls = token === undefined ? { ...first, commands: [] } : first;
  const segment = await performSegment(
    dependencies,
    args,
    program,
    calls as Transition,
    { now: context.now, turn: context.turn },
    within ? "within" : "held",
  );
  const written = await commitSegment(dependencies, args, {
    fence,
    token,
    entries: segment.entries,
    nextSeq: segment.state.nextSeq,
    rows: segment.rows,
    fuel: fuelSpent(undefined, first.state) + segment.fuel,
  });
  const head: OpenedHead = {
    opened: true,
    context,
    ...(payloadReference === undefined ? {} : { payloadReference }),
    ...(origin === undefined ? {} : { restart: origin }),
    bounds: dependencies.bounds,
    segment: headOf(segment, written),
    at: instantFromMs(Date.now()),
  };
  return new CrossingParts([
    new Crossing(tenantId, head),
    new CrossingProgram(tenantId, program),
    new Crossing(tenantId, payload),
    new Crossing(tenantId, segment.events),
  ]);
}

async function find(
  db: TenantDb,
  dependencies: ActivityDependencies,
  { runId, tenantId, start: pinned, ordinal, historyLength }: OpenRunArgs,
  temporalRunId: string,
): Promise<Found> {
  const [run, fence] = await Promise.all([
    runForOpen(db, runId),
    dependencies.epochs.fence(db, { tenantId, runId, ordinal, historyLength }, temporalRunId, "first write"),
  ]);
  if (run === undefined)
    return { ok: false, code: "DEFINITION_MISSING", message: `No run ${runId} and so no definition` };
  const now: Instant = instantFromMs(Date.now());
  if (fence !== "stale") await startSucceeded(db, runId, { temporalRunId, at: new Date() });
  const program = await dependencies.programs.load(db, pinned.programHash);
  if (program === undefined)
    return end(
      db,
      runId,
      fence,
      now,
      "DEFINITION_MISSING",
      `The pinned definition ${pinned.definitionHash} (program ${pinned.programHash}) is not in the store`,
    );
  if (program.definitionHash !== pinned.definitionHash || run.definitionHash !== pinned.definitionHash) {
    return end(
      db,
      runId,
      fence,
      now,
      "DEFINITION_HASH_MISMATCH",
      `The run pins definition ${pinned.definitionHash}, the store has ${program.definitionHash}`,
    );
  }
  // Read before the last round of the transaction.
  const state = run.restart === undefined ? undefined : await getBlob(db, run.restart.reference.hash);
  if (run.restart !== undefined && state === undefined)
    return end(db, runId, fence, now, "RESTART_STATE_MISSING", `The state that the run begins in is not in the store`);
  const token = randomUUID();
  db.lastRound();
  const [taken, within] = await Promise.all([
    fence === "stale" ? "fenced" : takeSegmentToken(db, { runId, fence, token }),
    // The first step counts: a run of a tenant that has used up its steps makes no call.
    isWithinQuota(db, { entries: firstStep, waived: false }),
  ]);
  const context: StartContext = {
    runId,
    workflow: run.workflowKey,
    version: run.version,
    definitionHash: run.definitionHash,
    tenantId,
    startedAt: run.startedAt ?? now,
    now,
    turn: 1,
    ...(state === undefined ? {} : { restarted: true }),
  };
  return {
    ok: true,
    fence,
    token: taken === "exhausted" ? undefined : token,
    within,
    program,
    payload: state === undefined ? run.input : (JSON.parse(Buffer.from(state).toString("utf8")) as Json),
    restart: run.restart,
    context,
  };
}

/** Of a run that has not begun yet. */
const firstStep: readonly JournalEntry[] = [
  {
    seq: 1,
    at: "1970-01-01T00:00:00.000Z",
    kind: "step",
    status: "RUNNING",
    stepId: "",
    stepPath: "",
    iteration: [],
    execution: 1,
  },
];

/** The run ends before its interpreter began: its journal says so itself. */
async function end(
  db: TenantDb,
  runId: string,
  fence: Fence | "stale",
  at: Instant,
  code: string,
  message: string,
): Promise<Found> {
  if (fence !== "stale") {
    await writeProvisional(db, {
      runId,
      fence,
      nextSeq: 2,
      entries: [
        {
          seq: 1,
          at,
          kind: "run",
          status: "FAILED",
          data: { error: { category: "ValidationError", code, message, at } },
        },
      ],
    });
  }
  return { ok: false, code, message };
}

function refused(
  tenantId: string,
  { code, message }: { readonly code: string; readonly message: string },
): CrossingParts {
  const head: OpenedHead = { opened: false, category: "ValidationError", code, message };
  return new CrossingParts([new Crossing(tenantId, head)]);
}
