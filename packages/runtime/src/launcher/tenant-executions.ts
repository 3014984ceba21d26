import { temporalScheduleIdOf, tenantAttribute, tickIdPrefix, workflowIdOf } from "@mainspring/core";
import { executionsOfRuns, schedulesOfTenant, type LeftInTemporal } from "@mainspring/store";
import { ScheduleNotFoundError } from "@temporalio/client";
import { temporalSchedules } from "../schedules/temporal-schedules.ts";
import { sideBySide } from "../side-by-side.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import type { LauncherParts } from "./launch.ts";

interface Execution {
  readonly workflowId: string;
  /** Empty: the current one. */
  readonly runId: string;
}

/** Questions to Temporal about one tenant. */
export const atOnce = 8;
const runsPerPage = 200;
/** How many id prefixes one query to Temporal's visibility store asks for. */
const prefixesPerQuery = 20;
const reason = "the tenant is deleted";
/** `WORKFLOW_EXECUTION_STATUS_RUNNING` of Temporal's API. */
const running = 1;
/** A Temporal Schedule is itself an execution, under this prefix, and its history holds the schedule's content. */
const schedulerIdPrefix = "temporal-sys-scheduler:";

/** Terminates running executions that Temporal's visibility store lists and no row knows of. @returns how many */
export async function terminateWhatElseRuns(parts: LauncherParts, tenantId: string): Promise<number> {
  let terminated = 0;
  for await (const { workflowId, runId } of listed(parts, tenantId, ` AND ExecutionStatus = "Running"`)) {
    const handle = parts.client.workflow.getHandle(workflowId, runId);
    if (await unlessGone(() => handle.terminate(reason))) terminated += 1;
  }
  return terminated;
}

/** Deletes the tenant's Temporal Schedules, including those that no row knows of. @returns how many were deleted */
export async function removeSchedules(parts: LauncherParts, tenantId: string): Promise<number> {
  const { client } = parts;
  const ids = new Set((await schedulesOf(parts, tenantId)).temporal);
  for await (const one of temporalSchedules(client).list())
    if (one.tenantId === tenantId) ids.add(one.temporalScheduleId);
  let removed = 0;
  await sideBySide([...ids], atOnce, async (id) => {
    if (await unlessGone(() => client.schedule.getHandle(id).delete())) removed += 1;
  });
  return removed;
}

/**
 * Deletes the tenant's histories now, instead of leaving them until their retention ends, since they hold what its runs were given. Temporal
 * answers first and deletes afterwards: `leftInTemporal` tells when it has.
 * @returns how many it was asked to delete
 */
export async function removeExecutions(parts: LauncherParts, tenantId: string): Promise<number> {
  let removed = 0;
  const remove = async (execution: Execution): Promise<void> => {
    if (await unlessGone(() => deleteExecution(parts, execution))) removed += 1;
  };
  await eachKnown(parts, tenantId, remove);
  // Ticks, and what was continued or reset and has not told its row.
  const more: Execution[] = [];
  for await (const execution of listedOfTenant(parts, tenantId)) more.push(execution);
  await sideBySide(more, atOnce, remove);
  return removed;
}

/** Asks Temporal what it still has of a tenant, execution by execution: its visibility store lags, and proves nothing by itself. */
export async function leftInTemporal(parts: LauncherParts, tenantId: string): Promise<LeftInTemporal> {
  const { client } = parts;
  let [histories, open, schedules] = [0, 0, 0];
  const { namespace } = client.options;
  const look = async (execution: Execution): Promise<void> => {
    await unlessGone(async () => {
      // Past our converter: what Temporal keeps of its own schedules is not written by it.
      const { workflowExecutionInfo } = await client.workflowService.describeWorkflowExecution({
        namespace,
        execution,
      });
      histories += 1;
      if (workflowExecutionInfo?.status === running) open += 1;
    });
  };
  await eachKnown(parts, tenantId, look);
  const inIndex: Execution[] = [];
  for await (const execution of listedOfTenant(parts, tenantId)) inIndex.push(execution);
  await sideBySide(inIndex, atOnce, look);
  const { temporal } = await schedulesOf(parts, tenantId);
  await sideBySide(temporal, atOnce, async (id) => {
    if (await unlessGone(() => client.schedule.getHandle(id).describe())) schedules += 1;
  });
  return { open, histories, schedules, listed: inIndex.length, measuredAt: new Date().toISOString() };
}

/** Does `work` for each execution that a row knows of: those of runs, and those that schedules are. */
async function eachKnown(
  parts: LauncherParts,
  tenantId: string,
  work: (execution: Execution) => Promise<void>,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const runs = await parts.store.tenant(tenantId, (db) => executionsOfRuns(db, after, runsPerPage));
    await sideBySide(runs, atOnce, async ({ runId, temporalRunIds }) => {
      for (const id of temporalRunIds.length === 0 ? [""] : temporalRunIds)
        await work({ workflowId: workflowIdOf(runId), runId: id });
    });
    if (runs.length < runsPerPage) break;
    after = runs.at(-1)?.runId;
  }
  const { temporal } = await schedulesOf(parts, tenantId);
  await sideBySide(temporal, atOnce, (id) => work({ workflowId: schedulerIdPrefix + id, runId: "" }));
}

/** Executions that the visibility store lists: the tenant's runs, where the namespace has our search attributes, and its schedules' ticks. */
async function* listedOfTenant(parts: LauncherParts, tenantId: string): AsyncGenerator<Execution> {
  yield* listed(parts, tenantId, "");
  const { ours } = await schedulesOf(parts, tenantId);
  for (let i = 0; i < ours.length; i += prefixesPerQuery) {
    const query = ours
      .slice(i, i + prefixesPerQuery)
      .map((id) => `WorkflowId STARTS_WITH "${tickIdPrefix}${id}"`)
      .join(" OR ");
    for await (const { workflowId, runId } of parts.client.workflow.list({ query })) yield { workflowId, runId };
  }
}

async function* listed(parts: LauncherParts, tenantId: string, more: string): AsyncGenerator<Execution> {
  const query = `${tenantAttribute} = "${tenantId}"${more}`;
  try {
    for await (const { workflowId, runId } of parts.client.workflow.list({ query })) yield { workflowId, runId };
  } catch (error) {
    // A namespace without our search attributes cannot be asked by tenant: then only the rows know its executions.
    if (!/search attribute/i.test(messageOf(error))) throw error;
  }
}

/** Ids of schedules that exist or have ever decided something: `temporal` as Temporal names them, `ours` as the rows do. */
async function schedulesOf(
  { store }: LauncherParts,
  tenantId: string,
): Promise<{ readonly temporal: readonly string[]; readonly ours: readonly string[] }> {
  const ours = await store.tenant(tenantId, schedulesOfTenant);
  return { temporal: ours.map((id) => temporalScheduleIdOf(tenantId, id)), ours };
}

async function deleteExecution({ client }: LauncherParts, execution: Execution): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: execution });
}

/** @returns whether it was there */
export async function unlessGone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isNotFound(error) || error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
