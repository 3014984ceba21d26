import { canAnswer } from "../interpreter/answers.ts";
import type { InboundEvent, StepPlace } from "../interpreter/transition.ts";
import { instantFromMs } from "../time/instant.ts";
import type { OutsideEvent, Scenario, ScheduledAnswer, ScheduledEvent } from "./scenario.ts";
import { defaultSource } from "./trigger.ts";
import type { VirtualRun, VirtualShell } from "./virtual-shell.ts";

/** What comes to the runs of a scenario from outside: events, answers of people, and a cancel. */
export class VirtualOutside {
  /** Answers that were given, by their place in the scenario. */
  readonly answered = new Set<number>();
  /** What came while the run under test went on, in its order. */
  readonly came: OutsideEvent[] = [];
  readonly #shell: VirtualShell;

  constructor(shell: VirtualShell, { events, answers, cancelAt }: Scenario) {
    this.#shell = shell;
    const { clock } = shell;
    events.forEach((event, i) => this.#schedule(event, i));
    answers.forEach((answer, i) => {
      const { step, iteration } = answer;
      const opens = { waits: step, plusMs: 0, ...(iteration === undefined ? {} : { iteration }) };
      clock.when(answer.at ?? opens, `/answers/${i}`, () => this.#answer(answer, i));
    });
    if (cancelAt !== undefined)
      clock.when(cancelAt, "/cancelAt", () => {
        const [main] = shell.runs;
        this.#note("/cancelAt");
        if (main !== undefined) shell.feed(main, { kind: "cancelRequested", by: "scenario" });
      });
  }

  #schedule(event: ScheduledEvent, index: number): void {
    const { clock, inbox } = this.#shell;
    const { at } = event;
    if ("ms" in at && at.ms < 0) {
      const atMs = clock.startMs + at.ms;
      this.#note(`/events/${index}`);
      inbox.accept(inbound(event, index, atMs), atMs);
      return;
    }
    clock.when(at, `/events/${index}/at`, () => {
      this.#note(`/events/${index}`);
      this.#arrive(inbound(event, index, clock.nowMs));
    });
  }

  #note(path: string): void {
    const { runs, calls } = this.#shell;
    this.came.push({ path, entries: runs[0]?.journal.length ?? 0, effects: calls.effects.length });
  }

  /** Every run with an open wait of that name and key is given the event; the run says what it does with it. */
  #arrive(event: InboundEvent): void {
    const { clock, inbox, runs } = this.#shell;
    if (!inbox.accept(event, clock.nowMs)) return;
    for (const run of runs) {
      const waits = run.state.open.some(
        ({ command }) =>
          command.kind === "openWait" && command.event === event.name && command.key === event.correlationKey,
      );
      if (waits) this.#shell.feed(run, { kind: "eventArrived", event });
    }
  }

  /** Somebody answers the task that is open at the step; what does not fit its form never reaches the run. */
  #answer({ step, iteration, answer, by = "somebody", refused }: ScheduledAnswer, index: number): void {
    this.answered.add(index);
    this.#note(`/answers/${index}`);
    const { runs, failures } = this.#shell;
    const at = (place: StepPlace): boolean =>
      place.stepId === step && (iteration === undefined || iteration.join() === place.iteration.join());
    const [task] = runs.flatMap((run) => openTasks(run, at));
    const issues = task === undefined ? undefined : canAnswer(task.run.program, task.run.state, task.taskId, answer);
    const accepted = issues?.length === 0;
    const isWrongPlace = typeof refused === "string" && issues?.some(({ pointer }) => pointer === refused) !== true;
    if (accepted === (refused !== undefined) || isWrongPlace) {
      const [first] = issues ?? [];
      const why = first === undefined ? `No task is open at ${step}.` : `${first.pointer} ${first.message}.`.trim();
      const elsewhere = isWrongPlace ? ` Nothing is wrong at ${refused === "" ? "its root" : refused}.` : "";
      const message = accepted ? "The answer was accepted." : `The answer was refused: ${why}${elsewhere}`;
      failures.push({ path: `/answers/${index}`, message, seen: answer });
    } else if (accepted && task !== undefined)
      this.#shell.feed(task.run, { kind: "taskAnswered", taskId: task.taskId, answer, by, override: false });
  }
}

function openTasks(run: VirtualRun, at: (place: StepPlace) => boolean): { run: VirtualRun; taskId: string }[] {
  return run.state.open.flatMap(({ command }) =>
    command.kind === "openTask" && at(command.place) ? [{ run, taskId: command.task.taskId }] : [],
  );
}

function inbound({ name, key, payload, source, id }: ScheduledEvent, index: number, atMs: number): InboundEvent {
  // Ids of two sources may be equal, and are two events.
  const eventId = id === undefined ? `event-${index + 1}` : source === undefined ? id : `${source}/${id}`;
  return {
    id: eventId,
    name,
    source: source ?? defaultSource,
    payload,
    correlationKey: key,
    receivedAt: instantFromMs(atMs),
    inbox: true,
  };
}
