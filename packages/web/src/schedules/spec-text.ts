import type { ScheduleReply } from "@mainspring/api";
import { spanWords } from "../parts/span-text.ts";
import { exactTime } from "../time/time.ts";
import { cronWords } from "./cron-words.ts";

/** When a schedule fires, for people; on which days of those its calendar says. */
export function specText({ spec, businessDays }: Pick<ScheduleReply, "spec" | "businessDays">): string {
  if (spec.cron !== undefined) {
    const words = cronWords(spec.cron) ?? spec.cron;
    return `${businessDays === null ? words : words.replace(/ every day$/, "")}, ${spec.zone ?? "UTC"}`;
  }
  if (spec.everyMs !== undefined) return `every ${spanWords(spec.everyMs).replace(/^1 /, "")}`;
  return spec.at === undefined ? "" : `once, ${exactTime(spec.at).replace(/\.000 /, " ")}`;
}
