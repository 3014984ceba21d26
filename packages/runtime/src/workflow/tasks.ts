import {
  answerTaskUpdate,
  canAnswer,
  humanTaskSignal,
  type CommandOf,
  type Issue,
  type JournalEntry,
} from "@mainspring/core";
import { allHandlersFinished, ApplicationFailure, defineSignal, defineUpdate, setHandler } from "@temporalio/workflow";
import { Crossing } from "../wire/crossing.ts";
import { durably, openTasks } from "./activity-calls.ts";
import type { Incoming, ShellPort } from "./port.ts";
import { taskAnswered, type TaskReply } from "./task-answer.ts";

/** An update whose sender waits. */
interface Waiting {
  readonly event: ReturnType<typeof taskAnswered>;
  readonly reply: (reply: TaskReply) => void;
  /** The run has it, and decides when the task's form has been looked up. */
  held: boolean;
  status: TaskReply["status"] | undefined;
}

/**
 * Tasks of people. An answer comes as an update, which is replied to with what the run did with it once that is written, or as a signal, which
 * does the same without a reply.
 */
export class Tasks {
  readonly #shell: ShellPort;
  readonly #tenantId: string;
  readonly #waiting = new Set<Waiting>();
  #answers = 0;

  constructor(shell: ShellPort, tenantId: string) {
    this.#shell = shell;
    this.#tenantId = tenantId;
    setHandler(defineSignal<[unknown]>(humanTaskSignal), (given) => {
      this.#answers++;
      shell.arrive(taskAnswered(given, `signal-${this.#answers}`, false));
    });
  }

  /**
   * Takes answers from now on. Called when the run has its state: Temporal hands over what has come with the first task of an execution as soon
   * as somebody listens, and without a state every task would seem closed.
   */
  listen(): void {
    const shell = this.#shell;
    setHandler(
      defineUpdate<Crossing, [unknown]>(answerTaskUpdate),
      async (given) => {
        const { event, replied } = this.#await(given);
        shell.begin();
        shell.arrive(event);
        try {
          return new Crossing(this.#tenantId, await replied);
        } finally {
          shell.end();
          shell.wake();
        }
      },
      { validator: (given) => this.#check(given) },
    );
  }

  /** Answers of this execution so far: Temporal limits updates and signals. */
  get answers(): number {
    return this.#answers;
  }

  /** Every update has its reply: until then the execution neither ends nor continues as new. */
  get quiet(): boolean {
    return allHandlersFinished();
  }

  /** Opens all tasks that one transition opens, in one local activity, which writes the journal too and looks up named forms. */
  open(commands: readonly CommandOf<"openTask">[]): void {
    const shell = this.#shell;
    const owner = shell.newOwner("flush");
    const entries = shell.journal.take(owner);
    const args = {
      ...shell.writer(),
      nextSeq: shell.state().nextSeq,
      entries,
      tasks: commands.map(({ id, task: { taskId, form, due } }) => ({
        id,
        taskId,
        ...("ref" in form && form.schema === undefined ? { formName: form.ref } : {}),
        ...(due !== undefined && "business" in due ? { due } : {}),
      })),
      from: shell.now(),
    };
    shell.locally(
      () => openTasks(shell.inline(args)),
      () => durably.openTasks(shell.crossing(args)),
      (opened) => {
        shell.journal.acknowledge(owner);
        for (const event of opened) shell.push(event);
      },
    );
  }

  /** Looks, after each event that was fed, what has become of the answers. */
  sees(event: Incoming, entries: readonly JournalEntry[]): void {
    for (const one of this.#waiting) {
      if (one.status !== undefined || (one.event !== event && !one.held)) continue;
      const { submissionId, taskId } = one.event;
      const told = entries.find((entry) => entry.kind === "event" && entry.eventId === submissionId);
      if (told?.kind === "event")
        one.status =
          told.verdict === "taken" ? "accepted" : told.data?.reason === "answer-invalid" ? "invalid" : "closed";
      else if (this.#isOpen(taskId)) one.held = true;
      else one.status = "closed";
    }
  }

  /** Whether there are answers of which the run has said what it did, and nobody else. */
  get decided(): boolean {
    for (const { status } of this.#waiting) if (status !== undefined) return true;
    return false;
  }

  /** @returns what replies to those that are decided now: to be called when the journal up to here is written */
  takeDecided(): () => void {
    const decided = [...this.#waiting].filter(({ status }) => status !== undefined);
    for (const one of decided) this.#waiting.delete(one);
    return () => {
      for (const { reply, status } of decided) reply({ status: status ?? "closed" });
    };
  }

  #await(given: unknown): { readonly event: Waiting["event"]; readonly replied: Promise<TaskReply> } {
    this.#answers++;
    const event = taskAnswered(given, `update-${this.#answers}`, true);
    const replied = new Promise<TaskReply>((reply) => {
      this.#waiting.add({ event, reply, held: false, status: undefined });
    });
    return { event, replied };
  }

  /** @throws ApplicationFailure of type TASK_CLOSED or ANSWER_INVALID, with the issues: nothing of it is kept in history */
  #check(given: unknown): void {
    const { taskId, answer, override } = taskAnswered(given, "", true);
    const program = this.#shell.program();
    const found = program === undefined ? [] : canAnswer(program, this.#shell.state(), taskId, answer);
    if (program === undefined || found.some(({ code }) => code === "TASK_CLOSED"))
      throw this.#refusal("TASK_CLOSED", []);
    const issues = override ? found.filter(({ code }) => code === "PAYLOAD_TOO_LARGE") : found;
    if (issues.length > 0) throw this.#refusal("ANSWER_INVALID", issues);
  }

  #refusal(type: "TASK_CLOSED" | "ANSWER_INVALID", issues: readonly Issue[]): ApplicationFailure {
    const details = [new Crossing(this.#tenantId, { issues })];
    const failure = ApplicationFailure.create({ type, message: type, nonRetryable: true, details });
    failure.stack = type;
    return failure;
  }

  #isOpen(taskId: string): boolean {
    return this.#shell
      .state()
      .open.some(({ command }) => command.kind === "openTask" && command.task.taskId === taskId);
  }
}
