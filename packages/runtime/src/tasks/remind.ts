import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { catalogue } from "@mainspring/actions";
import { nothingIsSensitive, sensitiveFacts, type JournalEntry } from "@mainspring/core";
import { getRun, getTask, type TaskRow } from "@mainspring/store";
import type { ActivityDependencies } from "../activities/dependencies.ts";
import { messageOf } from "../temporal/grpc.ts";

type Reminder = Extract<JournalEntry, { kind: "reminder" }>;

/** A run does not wait longer than that for its reminders; what the mail server has not taken by then is logged. */
const remindWithinMs = 10_000;
const tries = 3;
const retryMs = 1_000;
const addressPattern = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,190}$/u;

/**
 * Mails the reminders among entries that have been written, where mail is configured, to the assignees whose names are mail addresses. Written
 * again after a crash, they are mailed again under the same Message-ID. No failure of it is one of the run.
 */
export async function mailReminders(
  dependencies: ActivityDependencies,
  run: { readonly tenantId: string; readonly runId: string },
  entries: readonly JournalEntry[],
): Promise<void> {
  if (dependencies.mail === undefined) return;
  const reminders = entries.filter((entry) => entry.kind === "reminder");
  if (reminders.length === 0) return;
  const signal = AbortSignal.timeout(remindWithinMs);
  await Promise.all(
    reminders.map((reminder) =>
      mailReminder(dependencies, run, reminder, signal).catch((error: unknown) =>
        dependencies.log.warn(
          { ...run, taskId: reminder.data.taskId, error: messageOf(error) },
          "A reminder of a task could not be mailed",
        ),
      ),
    ),
  );
}

async function mailReminder(
  dependencies: ActivityDependencies,
  { tenantId, runId }: { readonly tenantId: string; readonly runId: string },
  { data: { taskId, number, max } }: Reminder,
  signal: AbortSignal,
): Promise<void> {
  const { mail, store } = dependencies;
  const { task, namesTitle } = await store.tenant(tenantId, async (db) => {
    const programHash = (await getRun(db, runId))?.programHash ?? undefined;
    const program = programHash === undefined ? undefined : await dependencies.programs.load(db, programHash);
    const entries = new Map(catalogue(dependencies.registry).map((entry) => [entry.id, entry]));
    const schemasOf = (action: string) => {
      const entry = entries.get(action);
      return entry === undefined ? undefined : { input: entry.inputSchema, output: entry.outputSchema };
    };
    // A title may hold any value of the run, and whoever reads the mail is not asked who they are.
    const namesTitle = program !== undefined && nothingIsSensitive(sensitiveFacts(program, schemasOf));
    return { task: await getTask(db, taskId), namesTitle };
  });
  if (task === undefined || mail === undefined || (task.status !== "OPEN" && task.status !== "CLAIMED")) return;
  const to = [...task.users, ...task.groups].filter((name) => addressPattern.test(name));
  if (to.length === 0) return;
  const messageId = `<${createHash("sha256").update(`reminder:${taskId}:${number}`).digest("hex").slice(0, 40)}@mainspring.invalid>`;
  const what = (namesTitle ? task.title : `${task.workflow}, ${task.stepId}`).replaceAll(/\s+/g, " ").slice(0, 200);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const subject = `Reminder ${number} of ${max}: ${what}`;
      await mail.send({ to, cc: [], bcc: [], subject, text: textOf(task, what), messageId }, signal);
      return;
    } catch (error) {
      if (attempt === tries || signal.aborted) throw error;
      await sleep(retryMs, undefined, { signal });
    }
  }
}

function textOf({ id, workflow, dueAt, timeoutAt, claimedBy }: TaskRow, what: string): string {
  return [
    `This task waits for an answer: ${what}`,
    "",
    `Workflow: ${workflow}`,
    `Task: ${id}`,
    ...(dueAt === null ? [] : [`Due: ${dueAt}`]),
    ...(timeoutAt === null ? [] : [`It closes at: ${timeoutAt}`]),
    ...(claimedBy === null ? [] : [`Claimed by: ${claimedBy}`]),
    "",
  ].join("\n");
}
