import type { Reconciler, Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import type { TickArgs } from "../activities/tick-contract.ts";
import { keepSchedules, removeOrphans } from "../schedules/keep.ts";
import { temporalSchedules } from "../schedules/temporal-schedules.ts";
import { scheduleTick, type TickParts } from "../schedules/tick.ts";
import { Crossing } from "../wire/crossing.ts";
import { startInterval, worstOf, type IntervalState } from "./intervals.ts";

/** What the tick's workflow may call. */
export function tickActivities(parts: TickParts, counts?: { ticked(outcome: string): void }) {
  return {
    scheduleTick: async (args: TickArgs) => {
      const result = await scheduleTick(parts, args);
      counts?.ticked(result.outcome);
      return new Crossing(args.tenantId, result);
    },
  };
}

/**
 * The interval module of schedules: what changed is brought to Temporal at once, and each schedule is looked after in turn, whatever
 * changed it there.
 */
export function startScheduleKeeping(
  parts: { readonly store: Store; readonly client: Client; readonly reconciler: Reconciler; readonly log: Log },
  waits: { readonly schedulePollMs: number; readonly scheduleOlderThanMs: number },
): { state(): IntervalState; stop(): Promise<void> } {
  const { store, reconciler, log } = parts;
  const kept = { store, reconciler, log, temporal: temporalSchedules(parts.client) };
  const keeping = startInterval("schedules", waits.schedulePollMs, log, async () => ({
    more: await keepSchedules(kept, { olderThanMs: waits.scheduleOlderThanMs }),
  }));
  const removing = startInterval("schedule-orphans", waits.scheduleOlderThanMs, log, async () => {
    await reconciler.alone("schedule-orphans", () => removeOrphans(kept));
    return { more: false };
  });
  return {
    state: () => worstOf([keeping.state(), removing.state()]),
    stop: async () => void (await Promise.all([keeping.stop(), removing.stop()])),
  };
}
