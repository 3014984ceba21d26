import type { TaskReply } from "@mainspring/api";
import { maskBySchema } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import type { TaskRow } from "@mainspring/store";
import type { RunRedaction } from "./redaction.ts";

/** A task as its readers may see it. */
export function presentTask(row: TaskRow, redact: Pick<RunRedaction, "text" | "value">, nowMs: number): TaskReply {
  const form = (row.form ?? null) as Json;
  const open = row.status === "OPEN" || row.status === "CLAIMED";
  return {
    id: row.id,
    runId: row.runId,
    workflow: row.workflow,
    stepId: row.stepId,
    stepPath: row.stepPath,
    iteration: [...row.iteration],
    title: redact.text(row.title),
    description: row.description === null ? null : redact.text(row.description),
    context: redact.value((row.context ?? null) as Json),
    form,
    formName: row.formName,
    status: row.status,
    assignTo: { users: [...row.users], groups: [...row.groups] },
    claimedBy: row.claimedBy,
    claimedAt: row.claimedAt,
    dueAt: row.dueAt,
    overdue: open && row.dueAt !== null && Date.parse(row.dueAt) <= nowMs,
    timeoutAt: row.timeoutAt,
    reminders: { sent: row.remindersSent, max: row.remindersMax, lastAt: row.lastReminderAt },
    createdAt: row.openedAt,
    closedAt: row.closedAt,
    answer: redact.value(maskBySchema(form, (row.answer ?? null) as Json)),
    answeredBy: row.answeredBy,
    overridden: row.overridden,
    submissionId: row.submissionId,
    version: row.version,
  };
}
