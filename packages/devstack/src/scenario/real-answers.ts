// Answers of people in a scenario, given to tasks on Temporal.
import { MainspringError } from "@mainspring/core";
import type { Issue, JournalEntry, ScenarioFailure, ScheduledAnswer } from "@mainspring/core";
import type { Runs } from "@mainspring/runtime/client";
import { listTasks } from "@mainspring/store";
import type { Store, TaskRow } from "@mainspring/store";

export type Answering = {
  readonly store: Store;
  readonly runs: Pick<Runs, "answerTask">;
  readonly tenantId: string;
  /** Waits until there is something; throws when it takes too long. */
  readonly until: (what: string, condition: () => Promise<boolean>) => Promise<void>;
};

/**
 * Answers the task that is open at the step, as the API does.
 * @param before what the run had journalled on the virtual clock when the answer came
 * @returns undefined when it went as the scenario expects
 */
export async function giveAnswer(
  { store, runs, tenantId, until }: Answering,
  scheduled: ScheduledAnswer,
  path: string,
  before: readonly JournalEntry[],
): Promise<ScenarioFailure | undefined> {
  const { step, iteration, answer, by = "somebody", refused } = scheduled;
  const failure = (message: string): ScenarioFailure => ({ path, message, seen: answer });
  const find = async (): Promise<TaskRow | undefined> => {
    const filter = { status: ["OPEN", "CLAIMED"] as const };
    const { items } = await store.tenant(tenantId, (db) => listTasks(db, filter, { limit: 200 }));
    return items.find(
      (task) => task.stepId === step && (iteration === undefined || iteration.join() === task.iteration.join()),
    );
  };
  const asked = taskAt(before, scheduled);
  // Of a called workflow's task the journal does not tell: it is there when the answer is to be taken.
  if (asked !== undefined || refused === undefined)
    await until(`a task is open at ${step}`, async () => (await find()) !== undefined);
  const task = await find();
  if (task === undefined)
    return refused === undefined ? failure(`The answer was refused: No task is open at ${step}.`) : undefined;
  try {
    // On the virtual clock an answer is named by its task.
    const named = asked === undefined ? {} : { submissionId: asked };
    await runs.answerTask({ tenantId, taskId: task.id, answer, by, ...named });
    return refused === undefined ? undefined : failure("The answer was accepted.");
  } catch (error) {
    if (!(error instanceof MainspringError) || (error.code !== "ANSWER_INVALID" && error.code !== "TASK_CLOSED"))
      throw error;
    const issues = (error.details["issues"] ?? []) as readonly Issue[];
    const [first] = issues;
    if (refused === undefined) return failure(`The answer was refused: ${first?.message ?? error.message}`);
    if (refused === true || issues.some(({ pointer }) => pointer === `/answer${refused}`)) return undefined;
    return failure(`The answer was refused: ${first?.message ?? error.message} Nothing is wrong at ${refused}.`);
  }
}

/** The id, on the virtual clock, of the task that was open at the step. */
function taskAt(journal: readonly JournalEntry[], { step, iteration }: ScheduledAnswer): string | undefined {
  const open = new Map<string, string>();
  for (const entry of journal) {
    if (entry.kind !== "wait" || entry.waitType !== "human" || entry.stepId !== step) continue;
    if (iteration !== undefined && iteration.join() !== entry.iteration.join()) continue;
    if (entry.status === "WAITING") open.set(entry.waitId, entry.data?.key ?? "");
    else open.delete(entry.waitId);
  }
  return open.values().next().value;
}
