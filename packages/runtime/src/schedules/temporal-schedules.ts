import { canonicalJson, scheduleOfTemporalId, scheduleTickType, taskQueue, tickIdPrefix } from "@mainspring/core";
import type { CalendarEntry, Json, ScheduleRange } from "@mainspring/core";
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
} from "@temporalio/client";
import { Crossing } from "../wire/crossing.ts";
import type { TickRequest } from "../activities/tick-contract.ts";
import type { DesiredSchedule } from "./desired.ts";

/** Temporal, as far as schedules need it. */
export interface TemporalSchedules {
  /** Makes Temporal have exactly this; what it has already is left alone. */
  apply(schedule: DesiredSchedule): Promise<"created" | "updated" | "unchanged">;
  /** Gone is gone. */
  remove(temporalScheduleId: string): Promise<void>;
  /** A tick beside those of Temporal's own; one that is under way is not started twice. */
  startTick(tick: TickRequest & { readonly nominalAt: string }): Promise<void>;
  /** Temporal Schedules that carry an id of ours. */
  list(): AsyncIterable<{
    readonly temporalScheduleId: string;
    readonly tenantId: string;
    readonly scheduleId: string;
  }>;
}

const withinMs = 3_000;

export function temporalSchedules(client: Client): TemporalSchedules {
  const within = <T>(work: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + withinMs, work);
  return {
    apply: (schedule) => within(() => apply(client, schedule)),
    remove: (temporalScheduleId) =>
      within(async () => {
        try {
          await client.schedule.getHandle(temporalScheduleId).delete();
        } catch (error) {
          if (!(error instanceof ScheduleNotFoundError)) throw error;
        }
      }),
    startTick: (tick) =>
      within(async () => {
        const { tenantId, scheduleId, nominalAt } = tick;
        await client.workflow.start(scheduleTickType, {
          taskQueue,
          workflowId: `${tickIdPrefix}${scheduleId}:${tick.kind ?? "own"}:${nominalAt}`,
          args: [new Crossing(tenantId, tick)],
          workflowIdReusePolicy: "ALLOW_DUPLICATE",
          workflowIdConflictPolicy: "USE_EXISTING",
          priority: { fairnessKey: tenantId },
        });
      }),
    async *list() {
      for await (const { scheduleId: temporalScheduleId } of client.schedule.list({ pageSize: 500 })) {
        const owner = scheduleOfTemporalId(temporalScheduleId);
        if (owner !== undefined) yield { temporalScheduleId, ...owner };
      }
    },
  };
}

async function apply(client: Client, schedule: DesiredSchedule): Promise<"created" | "updated" | "unchanged"> {
  const { temporalScheduleId, paused, note } = schedule;
  const handle = client.schedule.getHandle(temporalScheduleId);
  let described: ScheduleDescription;
  try {
    described = await handle.describe();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    try {
      await client.schedule.create({ scheduleId: temporalScheduleId, ...optionsOf(schedule) });
      return "created";
    } catch (failure) {
      // Somebody else made it meanwhile: the next look compares.
      if (failure instanceof ScheduleAlreadyRunning) return "unchanged";
      throw failure;
    }
  }
  if (shapeOf(described) !== wantedShapeOf(schedule)) {
    await handle.update(() => optionsOf(schedule));
    return "updated";
  }
  if (described.state.paused === paused) return "unchanged";
  // Not by an update, which would drop a fire that jitter holds back.
  await (paused ? handle.pause(note || "paused") : handle.unpause("active"));
  return "updated";
}

const monthNames = [
  "JANUARY",
  "FEBRUARY",
  "MARCH",
  "APRIL",
  "MAY",
  "JUNE",
  "JULY",
  "AUGUST",
  "SEPTEMBER",
  "OCTOBER",
  "NOVEMBER",
  "DECEMBER",
] as const;
const dayNames = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"] as const;

/**
 * Each nominal time starts a tick, whatever became of the one before: whether a run comes of it is decided there, where it is also recorded.
 */
function optionsOf(schedule: DesiredSchedule): Omit<ScheduleOptions, "scheduleId" | "action"> & {
  readonly action: Extract<ScheduleOptions["action"], { type: "startWorkflow" }>;
  readonly state: { readonly paused: boolean; readonly note: string };
} {
  const { tenantId, scheduleId, compiled, catchUpMs, jitterMs, paused, note } = schedule;
  const tick: TickRequest = { tenantId, scheduleId };
  return {
    spec: {
      calendars: compiled.calendars.map(calendarOf),
      intervals: compiled.intervals.map(({ everyMs, offsetMs }) => ({ every: everyMs, offset: offsetMs })),
      skip: compiled.skips.map(calendarOf),
      timezone: compiled.zone,
      jitter: jitterMs,
    },
    action: {
      type: "startWorkflow",
      workflowType: scheduleTickType,
      workflowId: `${tickIdPrefix}${scheduleId}`,
      taskQueue,
      args: [new Crossing(tenantId, tick)],
    },
    policies: { overlap: "ALLOW_ALL", catchupWindow: catchUpMs, pauseOnFailure: false },
    state: { paused, note },
  };
}

function calendarOf(entry: CalendarEntry) {
  const named = <N>(ranges: readonly ScheduleRange[], names: readonly N[], first: number) =>
    ranges.map(({ start, end, step }) => ({
      start: names[start - first] as N,
      end: names[end - first] as N,
      step,
    }));
  const plain = (ranges: readonly ScheduleRange[]) => ranges.map((range) => ({ ...range }));
  return {
    second: plain(entry.second),
    minute: plain(entry.minute),
    hour: plain(entry.hour),
    dayOfMonth: plain(entry.dayOfMonth),
    month: named(entry.month, monthNames, 1),
    dayOfWeek: named(entry.dayOfWeek, dayNames, 0),
    year: plain(entry.year),
    comment: entry.comment,
  };
}

/** What counts of a Temporal Schedule, as one text: whoever changed it there has changed this. */
function shapeOf({ spec, policies, action }: ScheduleDescription): string {
  return canonicalJson({
    calendars: (spec.calendars ?? []) as unknown as Json,
    intervals: (spec.intervals ?? []).map(({ every, offset }) => ({ every: Number(every), offset: Number(offset) })),
    skip: (spec.skip ?? []) as unknown as Json,
    timezone: spec.timezone ?? "",
    jitter: Number(spec.jitter ?? 0),
    overlap: policies.overlap,
    catchUp: policies.catchupWindow,
    action: {
      type: action.workflowType,
      id: action.workflowId,
      queue: action.taskQueue,
      args: (action.args ?? []) as Json,
    },
  });
}

function wantedShapeOf(schedule: DesiredSchedule): string {
  const { spec, policies, action } = optionsOf(schedule);
  return canonicalJson({
    calendars: (spec.calendars ?? []) as unknown as Json,
    intervals: (spec.intervals ?? []).map(({ every, offset }) => ({ every: Number(every), offset: Number(offset) })),
    skip: (spec.skip ?? []) as unknown as Json,
    timezone: spec.timezone ?? "",
    jitter: Number(spec.jitter ?? 0),
    overlap: policies?.overlap ?? "",
    catchUp: Number(policies?.catchupWindow ?? 0),
    action: {
      type: String(action.workflowType),
      id: action.workflowId ?? "",
      queue: action.taskQueue,
      args: [{ tenantId: schedule.tenantId, scheduleId: schedule.scheduleId }],
    },
  });
}
