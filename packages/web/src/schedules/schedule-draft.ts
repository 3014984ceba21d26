import type { ScheduleReply, ScheduleSpecInput } from "@mainspring/api";
import { spanDraftOf, spanMsOf, type SpanDraft } from "../parts/span-text.ts";
import { readPayload } from "../workflows/payload-text.ts";

export const scheduleKinds = ["cron", "interval", "once"] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

/** What stands in the fields of a schedule's form. */
export interface ScheduleDraft {
  readonly workflow: string;
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly cron: string;
  readonly zone: string;
  readonly every: SpanDraft;
  readonly offset: SpanDraft;
  /** As the browser's own field has it: `2031-03-30T08:00`, on the clocks of the person who types. */
  readonly at: string;
  readonly payload: string;
  readonly overlap: ScheduleReply["overlap"];
  readonly catchUp: SpanDraft;
  readonly jitter: SpanDraft;
  /** Empty: every day. */
  readonly calendar: string;
  readonly note: string;
}

/** What the server takes where nothing is said. */
export const catchUpDefaultMs = 600_000;

export function newDraft(workflow: string, zone: string): ScheduleDraft {
  return {
    workflow,
    name: "",
    kind: "cron",
    cron: "",
    zone,
    every: { amount: "1", unit: "hours" },
    offset: spanDraftOf(0),
    at: "",
    payload: "{}",
    overlap: "skip",
    catchUp: spanDraftOf(catchUpDefaultMs),
    jitter: spanDraftOf(0),
    calendar: "",
    note: "",
  };
}

export function draftOf(schedule: ScheduleReply, zone: string): ScheduleDraft {
  const { spec, kind, businessDays } = schedule;
  const before = newDraft(schedule.workflow, spec.zone ?? zone);
  return {
    ...before,
    name: schedule.name,
    kind,
    cron: spec.cron ?? "",
    every: spec.everyMs === undefined ? before.every : spanDraftOf(spec.everyMs),
    offset: spanDraftOf(spec.offsetMs ?? 0),
    at: spec.at === undefined ? "" : localFieldText(spec.at),
    payload: JSON.stringify(schedule.payload, undefined, 2),
    overlap: schedule.overlap,
    catchUp: spanDraftOf(schedule.catchUpWindowMs),
    jitter: spanDraftOf(schedule.jitterMs),
    calendar: businessDays?.calendar ?? "",
    note: schedule.note ?? "",
  };
}

/** A spec to ask the server about; undefined: what was typed does not say a time yet. */
export function specOfDraft({ kind, cron, zone, every, offset, at }: ScheduleDraft): ScheduleSpecInput | undefined {
  switch (kind) {
    case "cron":
      return cron.trim() === "" ? undefined : { cron: cron.trim(), zone: zone.trim() === "" ? "UTC" : zone.trim() };
    case "interval": {
      const [everyMs, offsetMs] = [spanMsOf(every), spanMsOf(offset)];
      if (everyMs === undefined || offsetMs === undefined) return undefined;
      return { everyMs, ...(offsetMs === 0 ? {} : { offsetMs }) };
    }
    case "once": {
      const time = Date.parse(at);
      return Number.isNaN(time) ? undefined : { at: new Date(time).toISOString().replace(".000Z", "Z") };
    }
    default:
      return unreachable(kind);
  }
}

export type DraftField = "workflow" | "cron" | "every" | "offset" | "at" | "payload" | "catchUp" | "jitter";

/** What cannot even be sent, by field. */
export function draftProblems(draft: ScheduleDraft): { readonly [field in DraftField]?: string } {
  const { kind } = draft;
  const payload = readPayload(draft.payload);
  const noAmount = "Type an amount, such as 15.";
  return {
    ...(draft.workflow === "" ? { workflow: "Choose the workflow to start." } : {}),
    ...(kind === "cron" && draft.cron.trim() === "" ? { cron: "Type five fields, such as 30 7 * * MON-FRI." } : {}),
    ...(kind === "interval" && spanMsOf(draft.every) === undefined ? { every: noAmount } : {}),
    ...(kind === "interval" && spanMsOf(draft.offset) === undefined ? { offset: noAmount } : {}),
    ...(kind === "once" && Number.isNaN(Date.parse(draft.at)) ? { at: "Choose a day and a time." } : {}),
    ...(payload.ok ? {} : { payload: payload.problem }),
    ...(spanMsOf(draft.catchUp) === undefined ? { catchUp: noAmount } : {}),
    ...(spanMsOf(draft.jitter) === undefined ? { jitter: noAmount } : {}),
  };
}

/**
 * What is sent of a draft without problems.
 * @param before left out: a new schedule. Of one that is changed, the payload may be masked and a time may come twice on the
 * clocks of the person who reads it, so both are sent only when they were typed anew.
 */
export function settingsOf(draft: ScheduleDraft, before?: ScheduleDraft) {
  const spec = specOfDraft(draft);
  const payload = readPayload(draft.payload);
  const [catchUpWindowMs, jitterMs] = [spanMsOf(draft.catchUp), spanMsOf(draft.jitter)];
  if (spec === undefined || !payload.ok || catchUpWindowMs === undefined || jitterMs === undefined)
    throw new Error("the draft has problems");
  const name = draft.name.trim();
  const isSameSpec = before !== undefined && JSON.stringify(specOfDraft(before)) === JSON.stringify(spec);
  return {
    ...(isSameSpec ? {} : { spec }),
    ...(name === "" ? (before === undefined ? {} : { name: draft.workflow }) : { name }),
    ...(before !== undefined && before.payload === draft.payload ? {} : { payload: payload.payload }),
    overlap: draft.overlap,
    catchUpWindowMs,
    jitterMs,
    businessDays: draft.calendar === "" ? null : { calendar: draft.calendar },
    note: draft.note.trim() === "" ? null : draft.note.trim(),
  };
}

/** An instant as the browser's field for times has it: on its own clocks, without a zone. */
export function localFieldText(instant: string): string {
  const time = new Date(instant);
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, time.getSeconds() === 0 ? 16 : 19);
}

function unreachable(kind: never): never {
  throw new Error(`no spec for ${String(kind)}`);
}
