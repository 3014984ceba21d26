import { instantFromMs, type JournalEntry } from "@mainspring/core";
import { Context } from "@temporalio/activity";
import { Crossing } from "../wire/crossing.ts";
import type { Timed } from "../workflow/clock.ts";
import { computeBusinessTimes } from "./business-time.ts";
import type { ComputeBusinessTimesArgs, KeepResultArgs, OpenChildrenArgs, VoidChildrenArgs } from "./child-contract.ts";
import type {
  FlushArgs,
  OpenRunArgs,
  OpenWaitsArgs,
  PerformActionArgs,
  PerformBatchArgs,
  SegmentArgs,
} from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { flush, openWaits } from "./flush.ts";
import { keepResult, openChildren, voidChildren } from "./open-children.ts";
import { openRun } from "./open-run.ts";
import { openTasks } from "./open-tasks.ts";
import { performAction } from "./perform-action.ts";
import { performBatch } from "./perform-batch.ts";
import { runSegment } from "./run-segment.ts";
import type { OpenTasksArgs } from "./task-contract.ts";

/** All that the run workflow may call, by the names it calls them. */
export function shellActivities(dependencies: ActivityDependencies) {
  return {
    openRun: (args: OpenRunArgs) => openRun(dependencies, args),
    flush: (args: FlushArgs) => timed(flush(dependencies, args)),
    openWaits: (args: OpenWaitsArgs) => timed(openWaits(dependencies, args)),
    openTasks: (args: OpenTasksArgs) => timed(openTasks(dependencies, args)),
    computeBusinessTimes: (args: ComputeBusinessTimesArgs) => timed(computeBusinessTimes(dependencies, args)),
    openChildren: (args: OpenChildrenArgs) => timed(openChildren(dependencies, args)),
    voidChildren: (args: VoidChildrenArgs) => timed(voidChildren(dependencies, args)),
    keepResult: (args: KeepResultArgs) => timed(keepResult(dependencies, args)),
    runSegment: (args: SegmentArgs) => timed(runSegment(dependencies, args)),
    performAction: (args: PerformActionArgs, entries: readonly JournalEntry[]) =>
      performAction(dependencies, args, entries),
    performBatch: (args: PerformBatchArgs, entries: readonly JournalEntry[]) =>
      performBatch(dependencies, args, entries),
  };
}

/** What a local activity brings, with the time at its end: see `WorkflowClock`. One that goes as an ordinary activity has Temporal's. */
async function timed(result: Promise<Crossing>): Promise<Crossing> {
  if (!Context.current().info.isLocal) return result;
  const { tenantId, value } = await result;
  return new Crossing(tenantId, { $at: instantFromMs(Date.now()), value } satisfies Timed<unknown>);
}
