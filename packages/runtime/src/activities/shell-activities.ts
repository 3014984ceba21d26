import type { JournalEntry } from "@mainspring/core";
import type { FlushArgs, OpenRunArgs, OpenWaitsArgs, PerformActionArgs, SegmentArgs } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { flush, openWaits } from "./flush.ts";
import { openRun } from "./open-run.ts";
import { performAction } from "./perform-action.ts";
import { runSegment } from "./run-segment.ts";

import { openTasks } from "./open-tasks.ts";
/** All that the run workflow may call, by the names it calls them. */
export function shellActivities(dependencies: ActivityDependencies) {
import type { OpenTasksArgs } from "./task-contract.ts";
  return {
    openRun: (args: OpenRunArgs) => openRun(dependencies, args),
    flush: (args: FlushArgs) => flush(dependencies, args),
    openWaits: (args: OpenWaitsArgs) => openWaits(dependencies, args),
    runSegment: (args: SegmentArgs) => runSegment(dependencies, args),
    performAction: (args: PerformActionArgs, entries: readonly JournalEntry[]) =>
      performAction(dependencies, args, entries),
    openTasks: (args: OpenTasksArgs) => openTasks(dependencies, args),
    computeBusinessTimes: (args: ComputeBusinessTimesArgs) => computeBusinessTimes(dependencies, args),
    openChildren: (args: OpenChildrenArgs) => openChildren(dependencies, args),
    voidChildren: (args: VoidChildrenArgs) => voidChildren(dependencies, args),
    keepResult: (args: KeepResultArgs) => keepResult(dependencies, args),
  };
}
