import { canonicalHash, type CompiledSchedule, type Json } from "@mainspring/core";
import type { ScheduleRow } from "@mainspring/store";

/** What Temporal is to have of a schedule. */
export interface DesiredSchedule {
  readonly tenantId: string;
  readonly scheduleId: string;
  readonly temporalScheduleId: string;
  readonly compiled: CompiledSchedule;
  readonly catchUpMs: number;
  readonly jitterMs: number;
  readonly paused: boolean;
  /** Why, for whoever looks at Temporal. */
  readonly note: string;
}

export function desiredOf(tenantId: string, row: ScheduleRow): DesiredSchedule {
  const { id: scheduleId, temporalScheduleId, compiled, catchUpMs, jitterMs, state, stateNote } = row;
  return {
    tenantId,
    scheduleId,
    temporalScheduleId,
    compiled,
    catchUpMs,
    jitterMs,
    paused: state !== "active",
    note: state === "active" ? "" : `${state}${stateNote === null ? "" : `: ${stateNote}`}`,
  };
}

/** Of all that Temporal computes fires from. */
export function specHashOf(spec: {
  readonly compiled: CompiledSchedule;
  readonly catchUpMs: number;
  readonly jitterMs: number;
}): string {
  const { compiled, catchUpMs, jitterMs } = spec;
  return canonicalHash({ compiled, catchUpMs, jitterMs } as unknown as Json);
}
