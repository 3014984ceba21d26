import { restoredEvent } from "../interpreter/input.ts";
import { resume, start } from "../interpreter/interpret.ts";
import type {
  Command,
  CommandId,
  CommandOf,
  Instant,
  JournalEntry,
  OpenCommand,
  Outcome,
  RunEvent,
  RunState,
  StepPlace,
  Transition,
} from "../interpreter/transition.ts";
import { applyInput, type ResolveReference } from "../journal/fold.ts";
import type { Program } from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import type { Json } from "../values/json.ts";
import { CommandNames, counterpartOf } from "./command-names.ts";
import { diffRuns, type DiffSide, type PathDivergence, type ValueDivergence } from "./diff-runs.ts";
import { valueChanges } from "./value-changes.ts";
import { placeText, valueText } from "./why/text.ts";

/** Something that the draft asked for, and no recorded answer is known for. */
export interface NotRecorded {
  readonly asked: "action" | "event" | "task" | "workflow" | "time";
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly sentence: string;
}

/** What a draft would have done in the place of a recorded run. A is the recorded run, B the draft. */
export interface WhatIf {
  /**
   * `payload-refused`: the draft does not accept the run's payload; `not-recorded`: it went the same way until it asked for something
   * that the run never had an answer to.
   */
  readonly verdict: "same-path" | "diverged" | "not-recorded" | "payload-refused";
  readonly sentence: string;
  readonly path: PathDivergence | null;
  /** The first value that differs; also of runs on the same path. */
  readonly values: ValueDivergence | null;
  readonly notRecorded: readonly NotRecorded[];
  /** Absent where the draft did not come to an end. */
  readonly outcome?: Outcome;
  /** Steps that both went to. */
  readonly common: number;
}

const transitionsMax = 20_000;

/**
 * Runs a draft in the place of a recorded run, without any effect: what the run was given (outputs, events, answers, times) is given to the
 * draft where it asks for the same at the same step. It asks for something else: that is said, and nothing is made up.
 * @param draft as it would be published
 */
export function whatIf(recorded: DiffSide, draft: Program): WhatIf {
  const [first] = recorded.journal;
  if (first?.kind !== "input" || first.data.kind !== "start")
    return refused("not-recorded", "The run began in the middle of another one: it has no beginning of its own.");
  const { payload, reference, context } = first.data;
  const given = reference === undefined ? (payload ?? null) : resolved(recorded, reference);
  const [problem] = draft.payloadSchema === undefined ? [] : validate(draft.payloadSchema, given);
  if (problem !== undefined)
    return refused(
      "payload-refused",
      `The draft does not accept the run's payload${problem.pointer === "" ? "" : ` at ${problem.pointer}`}: ${problem.message}`,
    );
  const side = new DraftRun(draft);
  side.take(start(draft, given, { ...context, definitionHash: draft.definitionHash, turn: 1 }));
  giveRecorded(recorded, side);
  return report(recorded, side);
}

function refused(verdict: WhatIf["verdict"], sentence: string): WhatIf {
  return { verdict, sentence, path: null, values: null, notRecorded: [], common: 0 };
}

type WithoutTurn<E> = E extends RunEvent ? Omit<E, "turn"> : never;
type Given = WithoutTurn<RunEvent>;

/** The draft, as far as it has come. */
class DraftRun {
  readonly program: Program;
  readonly names = new CommandNames();
  readonly journal: JournalEntry[] = [];
  /** Of timers by business time, as the run recorded it. */
  readonly dueAt = new Map<CommandId, Instant>();
  #state: RunState | undefined;
  outcome: Outcome | undefined;
  now: Instant = "";
  #turn = 1;

  constructor(program: Program) {
    this.program = program;
  }

  get open(): readonly OpenCommand[] {
    return this.#state?.open ?? [];
  }

  isOpen(id: CommandId): boolean {
    return this.open.some(({ command }) => command.id === id);
  }

  take(transition: Transition): void {
    const { state, commands, journal, outcome } = transition;
    this.#state = state;
    this.outcome = outcome;
    this.journal.push(...journal);
    this.names.note(transition);
    const now = journal.at(-1)?.at;
    if (now !== undefined && now > this.now) this.now = now;
    // To go on is nothing that a run is given from outside.
    if (outcome === undefined && commands.some(({ kind }) => kind === "yield"))
      this.feed({ kind: "continue", now: this.now });
  }

  feed(event: Given): void {
    if (this.outcome !== undefined || this.#state === undefined || this.#turn >= transitionsMax) return;
    this.#turn += 1;
    const now = event.now < this.now ? this.now : event.now;
    this.take(resume(this.program, this.#state, { ...event, now, turn: this.#turn } as RunEvent));
  }

  /** The next timer that the run knows nothing of, and that is due by then. */
  nextTimer(byRecord: ReadonlySet<CommandId>, until: Instant | undefined): { id: CommandId; at: Instant } | undefined {
    let next: { id: CommandId; at: Instant } | undefined;
    for (const { command } of this.open) {
      if (command.kind !== "startTimer" || byRecord.has(command.id)) continue;
      const at = "dueAt" in command.when ? command.when.dueAt : this.dueAt.get(command.id);
      if (at === undefined || (until !== undefined && at > until) || (next !== undefined && at >= next.at)) continue;
      next = { id: command.id, at };
    }
    return next;
  }
}

/** Gives the draft what the run was given, in its order, as far as the draft asks for it. */
function giveRecorded(recorded: DiffSide, draft: DraftRun): void {
  const names = new CommandNames();
  let state: RunState | undefined;
  let waiting: Given[] = [];
  // Timers that the run set just so: they fire when they fired.
  const byRecord = new Set<CommandId>();
  const matchTimers = (): void => {
    for (const { command } of draft.open) {
      if (command.kind !== "startTimer") continue;
      const counterpart = counterpartOf(names, draft.names.byId.get(command.id));
      if (counterpart?.kind === "startTimer" && sameValue(counterpart.when, command.when)) byRecord.add(command.id);
    }
  };
  const give = (event: Given): "given" | "dropped" | "later" => {
    const fits = fitted(event, names, draft);
    if (fits === "later" || fits === "dropped") return fits;
    if (fits.kind === "timerStarted") draft.dueAt.set(fits.id, fits.dueAt);
    draft.feed(fits);
    return "given";
  };
  const giveWaiting = (): void => {
    for (let moved = true; moved && waiting.length > 0;) {
      moved = false;
      waiting = waiting.filter((event) => {
        const done = give(event);
        if (done === "given") moved = true;
        return done === "later";
      });
    }
  };
  const letTimePass = (until: Instant | undefined): void => {
    for (;;) {
      matchTimers();
      const timer = draft.outcome === undefined ? draft.nextTimer(byRecord, until) : undefined;
      if (timer === undefined) return;
      draft.feed({ kind: "timerFired", id: timer.id, now: timer.at });
      giveWaiting();
    }
  };
  for (const entry of recorded.journal) {
    if (entry.kind !== "input") continue;
    const { data } = entry;
    const event =
      data.kind === "resume" ? restoredEvent(data.event, (reference) => resolved(recorded, reference)) : undefined;
    if (event !== undefined && isForDrafts(event)) {
      letTimePass(event.now);
      if (give(event) === "later") waiting.push(event);
      giveWaiting();
    }
    const transition = applyInput(recorded.program, state, data, recorded.resolve);
    state = transition.state;
    names.note(transition);
    giveWaiting();
  }
  // A run that has ended has no more to say, and time goes on; one that is under way may still be told what the draft waits for.
  if (state?.outcome !== undefined) letTimePass(undefined);
}

/** Not what only told the run to go on, or that its history was full. */
function isForDrafts(event: RunEvent): boolean {
  return event.kind !== "continue" && event.kind !== "historyBudgetSpent";
}

/** The event as the draft would have been given it. */
function fitted(event: Given, names: CommandNames, draft: DraftRun): Given | "dropped" | "later" {
  if (event.kind === "taskAnswered") {
    const asked = [...names.byId].find(([id]) => taskIdOf(names, id) === event.taskId)?.[1];
    const task = asked === undefined ? undefined : draft.names.byName.get(asked);
    if (task === undefined) return "later";
    return task.kind === "openTask" && draft.isOpen(task.id) ? { ...event, taskId: task.task.taskId } : "dropped";
  }
  if (!("id" in event)) return event;
  const name = names.byId.get(event.id);
  const [counterpart, command] = [counterpartOf(names, name), counterpartOf(draft.names, name)];
  if (counterpart === undefined || command === undefined) return "later";
  if (!draft.isOpen(command.id)) return "dropped";
  const id = command.id;
  switch (command.kind) {
    case "openWait":
      if (event.kind !== "waitOpened") break;
      // What had come before was looked up for another event or key.
      return sameWait(counterpart, command)
        ? { ...event, id }
        : { kind: "waitOpened", id, candidates: [], now: event.now };
    case "openTask":
      return event.kind === "taskOpened" ? { ...event, id, taskId: command.task.taskId } : { ...event, id };
    case "startTimer":
      return counterpart.kind === "startTimer" && sameValue(counterpart.when, command.when)
        ? { ...event, id }
        : "dropped";
    case "callAction":
    case "startChild":
      return difference(counterpart, command) === undefined ? { ...event, id } : "dropped";
    default:
      break;
  }
  return { ...event, id } as Given;
}

function taskIdOf(names: CommandNames, id: CommandId): string | undefined {
  const command = counterpartOf(names, names.byId.get(id));
  return command?.kind === "openTask" ? command.task.taskId : undefined;
}

function sameWait(one: Command, other: CommandOf<"openWait">): boolean {
  return one.kind === "openWait" && one.event === other.event && one.key === other.key;
}

function sameValue(one: unknown, other: unknown): boolean {
  return valueChanges(one as Json, other as Json, 1).length === 0;
}

/** Why the answer to one call is none to the other. */
function difference(recorded: Command, draft: Command): string | undefined {
  if (recorded.kind === "callAction" && draft.kind === "callAction") {
    if (recorded.action !== draft.action) return `it would call ${draft.action}, and the run called ${recorded.action}`;
    return inputDifference(recorded.input, draft.input);
  }
  if (recorded.kind === "startChild" && draft.kind === "startChild") {
    if (recorded.workflow !== draft.workflow || recorded.version !== draft.version)
      return `it would call ${draft.workflow} ${draft.version}, and the run called ${recorded.workflow} ${recorded.version}`;
    return inputDifference(recorded.input, draft.input);
  }
  return undefined;
}

function inputDifference(recorded: Json, draft: Json): string | undefined {
  const [change] = valueChanges(recorded, draft, 1);
  if (change === undefined) return undefined;
  const at = change.pointer === "" ? "" : ` at ${change.pointer}`;
  return `its input would be another${at}: ${valueText(change.before)} in the run, ${valueText(change.after)} in the draft`;
}

// --- what came of it

function report(recorded: DiffSide, draft: DraftRun): WhatIf {
  const side: DiffSide = {
    ...recorded,
    definitionHash: draft.program.definitionHash,
    program: draft.program,
    journal: draft.journal,
  };
  const diff = diffRuns(recorded, side);
  const ends = draft.outcome === undefined ? {} : { outcome: draft.outcome };
  const common = { values: diff.values, common: diff.common, ...ends };
  const notRecorded = draft.outcome === undefined && hasEnded(recorded) ? missing(recorded, draft) : [];
  // Of a draft that had to stop, what it did not come to is no other way.
  const path = notRecorded.length > 0 ? pathBefore(recorded, side) : diff.path;
  if (path !== null) return { verdict: "diverged", sentence: inWords(path), path, notRecorded, ...common };
  const [first] = notRecorded;
  if (first !== undefined)
    return { verdict: "not-recorded", sentence: first.sentence, path: null, notRecorded, ...common };
  const sentence =
    diff.values === null
      ? "The draft does the same."
      : `The draft goes the same way. ${inDraftWords(diff.values.sentence)}`;
  return { verdict: "same-path", sentence, path: null, notRecorded, ...common };
}

function hasEnded({ journal }: DiffSide): boolean {
  return journal.some((entry) => entry.kind === "run" && ["SUCCEEDED", "FAILED", "CANCELED"].includes(entry.status));
}

function inWords(path: PathDivergence): string {
  return inDraftWords(path.sentence);
}

function inDraftWords(sentence: string): string {
  return sentence
    .replace(/^A went to (.*), and B to /, "The run went to $1, and the draft to ")
    .replace(/^Only A went to /, "Only the run went to ")
    .replace(/^Only B went to /, "Only the draft went to ")
    .replace(/ in A(, | and )/, " in the run$1")
    .replace(/ in B\.$/, " in the draft.");
}

/** The first other step, or other end of a step, as far as the draft came. */
function pathBefore(recorded: DiffSide, draft: DiffSide): PathDivergence | null {
  const [inRun, inDraft] = [latest(recorded.journal), latest(draft.journal)];
  const wentElsewhere = [...inDraft.keys()].some((name) => !inRun.has(name));
  const isUnderWay = (name: string): boolean => ["RUNNING", "WAITING"].includes(inDraft.get(name) ?? "");
  return diffRuns(
    {
      ...recorded,
      journal: recorded.journal.filter(
        (entry) =>
          entry.kind !== "step" || (!isUnderWay(nameOf(entry)) && (wentElsewhere || inDraft.has(nameOf(entry)))),
      ),
    },
    {
      ...draft,
      journal: draft.journal.filter(
        (entry) => entry.kind !== "step" || !isUnderWay(nameOf(entry)) || !inRun.has(nameOf(entry)),
      ),
    },
  ).path;
}

/** The status of each step's last execution, by its name. */
function latest(journal: readonly JournalEntry[]): Map<string, string> {
  return new Map(journal.flatMap((entry) => (entry.kind === "step" ? [[nameOf(entry), entry.status]] : [])));
}

function nameOf({ stepId, iteration }: Pick<StepPlace, "stepId" | "iteration">): string {
  return `${stepId} ${iteration.join(",")}`;
}

const askedBy: { readonly [kind in Command["kind"]]?: NotRecorded["asked"] } = {
  callAction: "action",
  startChild: "workflow",
  openWait: "event",
  openTask: "task",
  startTimer: "time",
};

/** What the draft waits for and will not get. */
function missing(recorded: DiffSide, draft: DraftRun): NotRecorded[] {
  const names = new CommandNames();
  let state: RunState | undefined;
  for (const entry of recorded.journal) {
    if (entry.kind !== "input") continue;
    const transition = applyInput(recorded.program, state, entry.data, recorded.resolve);
    state = transition.state;
    names.note(transition);
  }
  return draft.open.flatMap(({ command }) => {
    const asked = askedBy[command.kind];
    if (asked === undefined || !("place" in command)) return [];
    // The timeout of a wait goes with it.
    if (asked === "time" && draft.open.some(({ command: other }) => isBeside(command.place, other))) return [];
    const { stepId, stepPath, iteration } = command.place;
    return [{ asked, stepId, stepPath, iteration, sentence: whyMissing(names, draft, command, asked) }];
  });
}

function isBeside(place: StepPlace, other: Command): boolean {
  return (
    (other.kind === "openWait" || other.kind === "openTask" || other.kind === "callAction") &&
    other.place.execution === place.execution
  );
}

function whyMissing(names: CommandNames, draft: DraftRun, command: Command, asked: NotRecorded["asked"]): string {
  const place = "place" in command ? placeText(command.place) : "The draft";
  const counterpart = counterpartOf(names, draft.names.byId.get(command.id));
  const other = counterpart === undefined ? undefined : difference(counterpart, command);
  if (other !== undefined) return `What ${place} would answer was not recorded: ${other}.`;
  switch (asked) {
    case "action":
      return `What ${place} would answer was not recorded: the run did not make this call.`;
    case "workflow":
      return `What ${place} would give was not recorded: the run did not call it.`;
    case "task":
      return `How people would answer ${place} was not recorded.`;
    case "time":
      return `When ${place} would go on was not recorded.`;
    case "event":
      return command.kind === "openWait"
        ? `Whether ${command.event} with key ${valueText(command.key)} would have come for ${place} was not recorded.`
        : `What would have come for ${place} was not recorded.`;
    default:
      return asked satisfies never;
  }
}

function resolved({ resolve }: DiffSide, reference: Parameters<ResolveReference>[0]): Json {
  if (resolve === undefined) throw new Error("The journal names values that are not at hand.");
  return resolve(reference);
}
