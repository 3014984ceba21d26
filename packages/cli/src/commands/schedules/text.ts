import type { ScheduleReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { statusText } from "../../output/status.ts";
import { fields } from "../../output/table.ts";
import { durationText, instantText } from "../../output/times.ts";
import { jsonLines } from "../../run/run-text.ts";

/** `30 2 * * * America/Chicago`, `every 24 h`, `at 2031-03-30 08:00:00Z`. */
export function specText({ spec }: Pick<ScheduleReply, "spec">): string {
  if (spec.cron !== undefined) return printable(`${spec.cron} ${spec.zone ?? "UTC"}`);
  if (spec.everyMs !== undefined) return `every ${durationText(spec.everyMs)}`;
  return `at ${instantText(spec.at)}`;
}

export function scheduleText(schedule: ScheduleReply, out: Output): string[] {
  const { state, businessDays, disabledReason, misfit } = schedule;
  return [
    ...fields(
      [
        ["Schedule", schedule.id],
        ["Name", printable(schedule.name)],
        ["Workflow", printable(schedule.workflow)],
        ["When", specText(schedule)],
        ["State", statusText(state, out.paint)],
        ["Note", printable(schedule.stateNote ?? schedule.note ?? "")],
        ["Since", `${instantText(schedule.stateAt)} by ${printable(schedule.stateBy ?? "")}`],
        ["Overlap", schedule.overlap],
        ["Catch-up", durationText(schedule.catchUpWindowMs)],
        ["Jitter", schedule.jitterMs === 0 ? "" : durationText(schedule.jitterMs)],
        ["Business days", printable(businessDays?.calendar ?? "")],
        [
          "Last",
          schedule.lastNominalAt === null
            ? ""
            : `${instantText(schedule.lastNominalAt)} run ${schedule.lastRunId ?? ""}`,
        ],
        ["Next", schedule.nextFires.map(instantText).join(", ")],
        [
          "Temporal",
          schedule.inSync ? "has followed" : `has not followed: ${printable(schedule.syncError ?? "not yet")}`,
        ],
      ],
      out.paint,
    ),
    ...(disabledReason === null ? [] : ["Disabled for", ...jsonLines(disabledReason)]),
    ...(disabledReason === null && misfit !== null ? ["Does not fit", ...jsonLines(misfit)] : []),
    "Payload",
    ...jsonLines(schedule.payload),
  ];
}
