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
/** Prefixes of ids that one question to Temporal's index asks for. */
const prefixesPerQuery = 20;
const reason = "the tenant is deleted";
/** Of Temporal's enumeration of execution statuses. */
const running = 1;
/** What a Temporal Schedule is itself: an execution whose history holds what the schedule says. */
const schedulerIdPrefix = "temporal-sys-scheduler:";

/** By Temporal's own index: a second look, for an execution that no row knows of. @returns how many were terminated */
export async function terminateWhatElseRuns(parts: LauncherParts, tenantId: string): Promise<number> {
  let terminated = 0;
  for await (const { workflowId, runId } of listed(parts, tenantId, ` AND ExecutionStatus = "Running"`)) {
    const handle = parts.client.workflow.getHandle(workflowId, runId);
    if (await unlessGone(() => handle.terminate(reason))) terminated += 1;
  }
  return terminated;
}

/** What Temporal would start for the tenant, those too of which no row knows. @returns how many */
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
 * Histories hold what the tenant's runs were given: they go now and not with their retention. Temporal does it after it has answered.
 * @returns how many it was asked for
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

/** Asks Temporal what it still has of a tenant, execution by execution: the index is behind and proves nothing alone. */
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

/** Every execution that a row knows of: of runs, and of the schedules themselves. */
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

/** What Temporal's index has of the tenant: its runs, where the namespace has our attributes, and the ticks of its schedules. */
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
    // Without the attributes the index knows no tenants: the rows are what there is.
    if (!/search attribute/i.test(messageOf(error))) throw error;
  }
}

/** The schedules that there are and those that have ever decided something, as Temporal names them and as we do. */
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
