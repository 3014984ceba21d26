import {
  canonicalHash,
  foldBefore,
  MainspringError,
  programIndex,
  restartMisfits,
  type Issue,
  type JournalEntry,
  type Json,
  type Program,
  type RestartOrigin,
  type RunState,
} from "@mainspring/core";
import {
  allInvocationsOf,
  calledRuns,
  definitionOf,
  getProgram,
  getRun,
  inboxEvents,
  journalOf,
  putBlob,
  type InvocationRow,
  type RunRow,
  type TakenEvent,
  type TenantDb,
} from "@mainspring/store";
import { idempotencyKey } from "../activities/idempotency-key.ts";
import { recomputed } from "../insight/recorded-run.ts";
import { journalValues } from "../rebuild/state-at.ts";

/** Which step execution of a run another run is to begin with. */
export interface RestartPoint {
  readonly runId: string;
  readonly stepPath: string;
  /** Left out: the step's last execution. */
  readonly iteration?: readonly number[];
  /** Left out: the run's own. */
  readonly version?: number;
}

/** An effect that the run had at that point or later. */
export interface PlannedInvocation {
  readonly kind: "action";
  readonly invocationId: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly action: string;
  readonly effect: string;
  readonly status: string;
  readonly finishedAt: string | null;
  /** The author's key answers for it in any run: it is reused whatever is asked for. */
  readonly authoredKey: boolean;
  readonly output: Json;
}

export interface PlannedChild {
  readonly kind: "child";
  readonly runId: string;
  readonly workflow: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly status: string;
}

/** What a restart would do; `planHash` stands for all of it. */
export interface RestartPlan {
  readonly planHash: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly version: number;
  readonly reuse: readonly PlannedInvocation[];
  readonly repeat: readonly (PlannedInvocation | PlannedChild)[];
  readonly offeredEvents: readonly TakenEvent[];
}

export interface PlannedRestart {
  readonly run: RunRow;
  readonly plan: RestartPlan;
  readonly origin: RestartOrigin;
  /** Inputs of the invocations that can be reused, by their ids. */
  readonly inputs: ReadonlyMap<string, Json>;
}

type StepEntry = Extract<JournalEntry, { kind: "step" }>;

/**
 * What restarting from a step would reuse, repeat and offer again. The state that the new run would begin in is stored by it.
 * @throws MainspringError RUN_NOT_FOUND, STEP_NOT_FOUND, VERSION_NOT_FOUND, RESTART_VERSION_MISFIT, JOURNAL_INCOMPLETE
 */
export async function planRestart(db: TenantDb, point: RestartPoint): Promise<PlannedRestart> {
  const { runId } = point;
  const run = await getRun(db, runId);
  if (run === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
  const program = await programOf(db, run.programHash);
  const journal = await journalOf(db, runId);
  const begun = stepOf(journal, point);
  const resolve = await journalValues(db, journal);
  const state =
    program === undefined || begun === undefined
      ? undefined
      : recomputed(() => foldBefore(program, journal, resolve, begun.seq));
  if (state === undefined || begun === undefined || program === undefined) throw noSuchStep(point, begun);
  const version = await versionFor(db, run, point, state, begun);
  const later = laterThan(state, begun.seq);
  const invocations = (await allInvocationsOf(db, runId)).filter((row) => later(row.execution, row.commandId));
  const planned = invocations.map((row) => plannedInvocation(db.tenantId, runId, row));
  const reuse = planned.filter(
    (one) =>
      one.status === "SUCCEEDED" && one.effect !== "none" && actionAt(version.program, one.stepPath) === one.action,
  );
  const children = await childrenAfter(db, journal, later);
  const offeredEvents = await inboxEvents(db, takenAfter(journal, begun.seq));
  const repeat = [...planned.filter((one) => !reuse.includes(one)), ...children];
  const { stepId, stepPath, iteration } = begun;
  const planHash = canonicalHash([
    runId,
    begun.seq,
    version.program.programHash,
    reuse.map((one) => one.invocationId),
    repeat.map((one) => (one.kind === "action" ? [one.invocationId, one.status] : [one.runId])),
    offeredEvents.map((one) => one.eventId),
  ]);
  const bytes = Buffer.from(JSON.stringify(state), "utf8");
  const reference = { hash: await putBlob(db, bytes), bytes: bytes.length };
  return {
    run,
    inputs: new Map(invocations.map((row) => [row.id, row.input as Json])),
    origin: { runId, seq: begun.seq, at: begun.at, reference },
    plan: { planHash, stepId, stepPath, iteration, version: version.version, reuse, repeat, offeredEvents },
  };
}

async function programOf(db: TenantDb, programHash: string | null): Promise<Program | undefined> {
  if (programHash === null) return undefined;
  return (await getProgram(db, programHash)) as unknown as Program | undefined;
}

function stepOf(journal: readonly JournalEntry[], { stepPath, iteration }: RestartPoint): StepEntry | undefined {
  const wanted = iteration?.join();
  return journal.findLast(
    (entry): entry is StepEntry =>
      entry.kind === "step" &&
      entry.seq === entry.execution &&
      entry.stepPath === stepPath &&
      (wanted === undefined || entry.iteration.join() === wanted),
  );
}

function noSuchStep(point: RestartPoint, begun: StepEntry | undefined): MainspringError {
  const { runId, stepPath, iteration } = point;
  const turn = iteration === undefined || iteration.length === 0 ? "" : ` in turn ${iteration.join(", ")}`;
  const message =
    begun === undefined
      ? `run ${runId} has not begun the step ${stepPath}${turn}`
      : `the step ${stepPath}${turn} was under way when run ${runId} was restarted: restart the run before it, or from a step inside`;
  return new MainspringError("STEP_NOT_FOUND", { runId, stepPath }, message);
}

async function versionFor(
  db: TenantDb,
  run: RunRow,
  point: RestartPoint,
  state: RunState,
  begun: StepEntry,
): Promise<{ readonly version: number; readonly program: Program }> {
  const version = point.version ?? run.version ?? undefined;
  const found = await definitionOf(db, run.workflowKey, version);
  const isOwn = point.version === undefined || point.version === run.version;
  if (found === undefined || (isOwn && found.definitionHash !== run.definitionHash))
    throw new MainspringError("VERSION_NOT_FOUND", { key: run.workflowKey, version: version ?? null });
  // The run's own program: a child follows its parent's semantics, and is compiled under them.
  const program = await programOf(db, isOwn ? run.programHash : found.programHash);
  if (program === undefined)
    throw new MainspringError("VERSION_NOT_FOUND", { key: run.workflowKey, version: version ?? null });
  const misfits = restartMisfits(program, state, begun);
  if (program.semantics !== state.semantics) misfits.push("root");
  if (misfits.length === 0) return { version: found.version, program };
  const issues: Issue[] = misfits.map((path) => ({
    code: "RESTART_VERSION_MISFIT",
    severity: "error",
    pointer: "/version",
    message:
      path === "root"
        ? `version ${found.version} follows other runtime semantics`
        : `version ${found.version} has another step, or none, at ${path}`,
    remedy: "Restart with the run's own version.",
  }));
  throw new MainspringError("RESTART_VERSION_MISFIT", { issues: issues as unknown as Json });
}

/** Whether something a step did is not part of the state: the step began at the point or later, or was under way there. */
function laterThan(state: RunState, seq: number): (execution: number, commandId: string) => boolean {
  const open = new Set(state.open.map(({ command }) => command.id));
  return (execution, commandId) => execution >= seq || open.has(commandId);
}

function plannedInvocation(tenantId: string, runId: string, row: InvocationRow): PlannedInvocation {
  const { stepId, stepPath, iteration, action, effect, status, finishedAt, execution } = row;
  const input = row.input as Json;
  const place = { stepId, stepPath, iteration, execution };
  return {
    kind: "action",
    invocationId: row.id,
    stepId,
    stepPath,
    iteration,
    action,
    effect,
    status,
    finishedAt,
    authoredKey: effect !== "none" && row.key !== idempotencyKey(tenantId, runId, { action, place, input }),
    output: (row.output ?? null) as Json,
  };
}

function actionAt(program: Program, stepPath: string): string | undefined {
  const step = programIndex(program).steps.get(stepPath);
  return step?.type === "action.call" ? step.action : undefined;
}

/** Runs that were called at the point or later: a restart calls anew. */
async function childrenAfter(
  db: TenantDb,
  journal: readonly JournalEntry[],
  later: (execution: number, commandId: string) => boolean,
): Promise<PlannedChild[]> {
  const waits = new Map<string, Extract<JournalEntry, { kind: "wait" }>>();
  for (const entry of journal) {
    if (
      entry.kind === "wait" &&
      entry.waitType === "child" &&
      entry.data?.key !== undefined &&
      later(entry.execution, entry.waitId)
    )
      waits.set(entry.data.key, entry);
  }
  const called = await calledRuns(db, [...waits.keys()]);
  return called.map(({ runId, workflow, status }) => {
    const { stepId, stepPath, iteration } = waits.get(runId) as Extract<JournalEntry, { kind: "wait" }>;
    return { kind: "child", runId, workflow, stepId, stepPath, iteration, status };
  });
}

function takenAfter(journal: readonly JournalEntry[], seq: number): string[] {
  return journal.flatMap((entry) =>
    entry.kind === "event" && entry.seq > seq && entry.verdict === "taken" ? [entry.eventId] : [],
  );
}
