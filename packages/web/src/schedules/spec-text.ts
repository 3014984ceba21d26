import type { ScheduleReply } from "@mainspring/api";
import { spanWords } from "../parts/span-text.ts";
import { exactTime } from "../time/time.ts";

/** When a schedule fires, in its own words. */
export function specText({ spec }: Pick<ScheduleReply, "spec">): string {
  if (spec.cron !== undefined) return `${spec.cron}, ${spec.zone ?? "UTC"}`;
  if (spec.everyMs !== undefined) return `every ${spanWords(spec.everyMs).replace(/^1 /, "")}`;
  return spec.at === undefined ? "" : `once, ${exactTime(spec.at).replace(/\.000 /, " ")}`;
}
