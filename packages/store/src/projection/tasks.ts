import { referenceText } from "../stored-values.ts";
import { ofKind } from "./entries.ts";
import type { EndedOutside, EntryOfKind, PlacedEntry } from "./entries.ts";

export type TaskState = "OPEN" | "COMPLETED" | "CANCELED" | "EXPIRED";

/** The row of one task, but for who has claimed it. `context` and `form` are the values themselves; they may have to leave the row. */
export interface TaskProjection {
  readonly id: string;
  readonly waitId: string;
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly title: string;
  readonly description: string | null;
  readonly context: unknown;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly formName: string | null;
  /** Undefined while a named form is being looked up. */
  readonly form: unknown;
  readonly dueAt: string | null;
  readonly timeoutAt: string | null;
  readonly state: TaskState;
  readonly openedAt: string;
  readonly closedAt: string | null;
  /** JSON text. */
  readonly answerJson: string | null;
  readonly answeredBy: string | null;
  readonly overridden: boolean;
  readonly submissionId: string | null;
  readonly remindersSent: number;
  readonly remindersMax: number | null;
  readonly lastReminderAt: string | null;
}

/** Ids of the waits that are tasks. */
export function taskWaitsIn(entries: readonly PlacedEntry[]): Set<string> {
  return new Set(ofKind(entries, "wait").flatMap(({ entry }) => (entry.waitType === "human" ? [entry.waitId] : [])));
}

/**
 * The row of a task as the entries of its wait, and its reminders, tell it.
 * @param entries ascending by seq; those of other waits and kinds are passed over
 * @returns undefined when none is about such a task
 */
export function projectTask(
  entries: readonly PlacedEntry[],
  waitId: string,
  endedOutside?: EndedOutside,
): TaskProjection | undefined {
  const told = ofKind(entries, "wait").filter(({ entry }) => entry.waitId === waitId && entry.waitType === "human");
  const [first, last] = [told[0]?.entry, told.at(-1)?.entry];
  if (first === undefined || last === undefined) return undefined;
  const data: NonNullable<EntryOfKind<"wait">["data"]> = Object.assign({}, ...told.map(({ entry }) => entry.data));
  const { asks, form, key } = data;
  if (asks === undefined || form === undefined || key === undefined) return undefined;

  const reminders = ofKind(entries, "reminder").filter(({ entry }) => entry.waitId === waitId);
  const open = last.status === "WAITING";
  const closed = open && endedOutside !== undefined;
  const state = closed ? "CANCELED" : stateOf(last);
  return {
    id: key,
    waitId,
    execution: last.execution,
    stepId: last.stepId,
    stepPath: last.stepPath,
    iteration: last.iteration,
    title: data.title ?? "",
    description: asks.description ?? null,
    context: asks.context,
    users: asks.assignTo.users ?? [],
    groups: asks.assignTo.groups ?? [],
    formName: "ref" in form ? form.ref : null,
    form: form.schema,
    dueAt: data.dueAt ?? null,
    timeoutAt: data.timeoutAt ?? null,
    state,
    openedAt: first.at,
    closedAt: closed ? endedOutside.at : open ? null : last.at,
    answerJson: state === "COMPLETED" ? answerText(data) : null,
    answeredBy: state === "COMPLETED" ? (data.by ?? null) : null,
    overridden: state === "COMPLETED" && data.override === true,
    submissionId: state === "COMPLETED" ? (data.eventId ?? null) : null,
    remindersSent: reminders.length,
    remindersMax: asks.remindersMax ?? null,
    lastReminderAt: reminders.at(-1)?.entry.at ?? null,
  };
}

function stateOf({ status, data }: EntryOfKind<"wait">): TaskState {
  if (status === "WAITING") return "OPEN";
  if (status === "CANCELED" || data?.invalid === true) return "CANCELED";
  return data?.resolvedBy === "answer" ? "COMPLETED" : "EXPIRED";
}

function answerText({ payload, payloadReference }: NonNullable<EntryOfKind<"wait">["data"]>): string {
  if (payloadReference !== undefined) return referenceText(payloadReference.hash, payloadReference.bytes);
  return JSON.stringify(payload ?? null);
}
