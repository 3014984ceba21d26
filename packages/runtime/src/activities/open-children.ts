import {
  childRunIdOf,
  programUnder,
  validate,
  type ChildError,
  type CommandOf,
  type Json,
  type SemanticsVersion,
} from "@mainspring/core";
import {
  declaresSemantics,
  definitionOf,
  getWorkflow,
  insertRun,
  keepProgram,
  parentRun,
  runForStart,
  voidChild,
  type ParentRun,
  type PinnedDefinition,
  type TenantDb,
} from "@mainspring/store";
import { Context } from "@temporalio/activity";
import { Crossing } from "../wire/crossing.ts";
import type {
  KeepResultArgs,
  KeptResult,
  OpenChildrenArgs,
  OpenChildrenResult,
  OpenedChild,
  VoidChildrenArgs,
} from "./child-contract.ts";
import type { StartInput } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { flush } from "./flush.ts";
import { referenceOf } from "./large-values.ts";

/** Calls lead at most so deep: a run that nobody called stands at 0. */
export const childDepthMax = 8;

type StartChild = CommandOf<"startChild">;

/** A definition that children may be pinned to, or why a call of it opens none. */
type Callable =
  | { readonly pinned: Omit<PinnedDefinition, "paused">; readonly error?: never }
  | { readonly error: ChildError };

/**
 * Makes the child runs of calls that one transition issues: their rows are there, with their lineage, before any of them is started. Done
 * again it finds the same rows. The version is bound here where the call says `latest`; what does not fit is the call's error, never a
 * child that cannot run.
 */
export async function openChildren(dependencies: ActivityDependencies, args: OpenChildrenArgs): Promise<Crossing> {
  const { tenantId, runId, calls } = args;
  await flush(dependencies, args);
  const temporalRunId = Context.current().info.workflowExecution?.runId ?? "";
  const opened = await dependencies.store.tenant(tenantId, async (db) => {
    const [fence, parent] = [await dependencies.epochs.fence(db, args, temporalRunId), await parentRun(db, runId)];
    const results: OpenedChild[] = [];
    const callables = new Map<string, Callable>();
    for (const call of calls) {
      const childId = childRunIdOf(runId, { ...call.place, attempt: call.attempt });
      const before = await startOf(db, childId);
      if (before !== undefined) {
        results.push({ id: call.id, start: before });
        continue;
      }
      const name = `${call.workflow}@${call.version}`;
      const callable = callables.get(name) ?? (await callableOf(db, dependencies, call, parent));
      callables.set(name, callable);
      const error = callable.error ?? payloadError(callable.pinned, call.input);
      if (error !== undefined || callable.error !== undefined) {
        results.push({ id: call.id, error: (error ?? callable.error) as ChildError });
        continue;
      }
      const { pinned } = callable;
      // A zombie makes no rows; what it answers nobody hears.
      if (fence !== "stale") await insertChild(db, childId, runId, parent, pinned, call);
      results.push({ id: call.id, start: startInput(tenantId, childId, pinned) });
    }
    return results;
  });
  return new Crossing(tenantId, opened satisfies OpenChildrenResult);
}

/** Children whose calls were withdrawn before they were started end here, since they will never be. */
export async function voidChildren(
  dependencies: ActivityDependencies,
  { tenantId, runIds }: VoidChildrenArgs,
): Promise<Crossing> {
  await dependencies.store.tenant(tenantId, async (db) => {
    for (const runId of runIds) await voidChild(db, runId);
  });
  return new Crossing(tenantId, null);
}

/** Stores a large result under the hash by which the journal will name it. */
export async function keepResult(
  dependencies: ActivityDependencies,
  { tenantId, result }: KeepResultArgs,
): Promise<Crossing> {
  const reference = await dependencies.store.tenant(tenantId, (db) => referenceOf(db, result as unknown as Json));
  return new Crossing(tenantId, (reference ?? null) satisfies KeptResult);
}

async function startOf(db: TenantDb, childId: string): Promise<StartInput | undefined> {
  const run = await runForStart(db, childId);
  return run === undefined ? undefined : startInput(db.tenantId, childId, run);
}

function startInput(
  tenantId: string,
  runId: string,
  pinned: {
    readonly version: number;
    readonly definitionHash: string;
    readonly programHash: string;
    readonly semantics: number;
  },
): StartInput {
  const { version, definitionHash, programHash, semantics: semanticsVersion } = pinned;
  return { runId, tenantId, version, definitionHash, programHash, semanticsVersion };
}

async function callableOf(
  db: TenantDb,
  dependencies: ActivityDependencies,
  { workflow, version }: StartChild,
  parent: ParentRun | undefined,
): Promise<Callable> {
  if ((parent?.depth ?? 0) + 1 > childDepthMax)
    return refused("CHILD_DEPTH", `Workflows call each other at most ${childDepthMax} deep.`);
  const found = await definitionOf(db, workflow, version === "latest" ? undefined : version);
  if (found === undefined) return notCallable(db, workflow, version);
  const { paused, ...pinned } = found;
  if (paused) return refused("WORKFLOW_PAUSED", `${workflow} is paused, so it starts nothing.`, { workflow });
  const semantics = (parent?.semantics ?? pinned.semantics) as SemanticsVersion;
  if (pinned.semantics === semantics || (await declaresSemantics(db, workflow, pinned.version))) return { pinned };
  const program = await dependencies.programs.load(db, pinned.programHash);
  if (program === undefined)
    return refused(
      "DEFINITION_MISSING",
      `The program of version ${pinned.version} of ${workflow} is not in the store.`,
    );
  const under = programUnder(program, semantics);
  if ("unknown" in under) {
    const [first] = under.unknown;
    const part = first?.field === undefined ? first?.type : `${first.field} of ${first.type}`;
    return refused(
      "CHILD_SEMANTICS_MISMATCH",
      `${workflow} would follow semantics ${semantics} of its caller, which have no ${part} (step ${first?.stepId}).`,
      { workflow, version: pinned.version, semantics, unknown: under.unknown as unknown as Json },
    );
  }
  const { definitionHash, programHash } = under.program;
  await keepProgram(db, { programHash, definitionHash, program: under.program as unknown as Json });
  return { pinned: { ...pinned, semantics, programHash } };
}

async function notCallable(db: TenantDb, workflow: string, version: number | "latest"): Promise<Callable> {
  if ((await getWorkflow(db, workflow)) === undefined)
    return refused("WORKFLOW_UNKNOWN", `There is no workflow ${workflow}.`, { workflow });
  return version === "latest"
    ? refused("NOT_PUBLISHED", `No version of ${workflow} is published.`, { workflow })
    : refused("WORKFLOW_VERSION_UNKNOWN", `${workflow} has no version ${version}.`, { workflow, version });
}

function refused(code: string, message: string, details?: Json): Callable {
  return { error: { category: "ControlError", code, message, ...(details === undefined ? {} : { details }) } };
}

function payloadError(pinned: { readonly workflowKey: string; readonly payloadSchema: Json | null }, input: Json) {
  const issues = pinned.payloadSchema === null ? [] : validate(pinned.payloadSchema, input);
  if (issues.length === 0) return undefined;
  const details: Json = { issues: issues.map(({ pointer, message }) => ({ pointer, message })) };
  const message = `The payload does not fit ${pinned.workflowKey}.`;
  return { category: "ValidationError", code: "PAYLOAD_INVALID", message, details } satisfies ChildError;
}

async function insertChild(
  db: TenantDb,
  childId: string,
  parentRunId: string,
  parent: ParentRun | undefined,
  pinned: Omit<PinnedDefinition, "paused">,
  { place: { stepId, stepPath, iteration }, attempt, input }: StartChild,
): Promise<void> {
  const { workflowKey, version, definitionHash, programHash, semantics, payloadSchema } = pinned;
  await insertRun(db, {
    id: childId,
    workflowKey,
    version,
    definitionHash,
    programHash,
    semantics,
    payloadSchema,
    input,
    trigger: { type: "child", parentRunId, stepId, stepPath, iteration: [...iteration], attempt },
    parentRunId,
    rootRunId: parent?.rootRunId ?? parentRunId,
    startedBy: `run:${parentRunId}`,
  });
}
