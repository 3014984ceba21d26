import type {
  Json,
  JournalEntry,
  RunEntryData,
  RunError,
  StepEntryData,
  ValueReference,
  WaitEntryData,
  WaitType,
} from "@mainspring/core";

/** One step execution as the journal tells it. */
export interface StepView {
  /** `seq` of the entry that started it: equal for all tries, different for each turn of a loop. */
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly type?: string;
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** `seq` of the entry that ended it. */
  readonly endSeq?: number;
  readonly attempt?: number;
  readonly output?: Json;
  readonly outputReference?: ValueReference;
  readonly error?: RunError;
}

export interface WaitView {
  readonly waitId: string;
  readonly waitType: WaitType;
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly execution: number;
  readonly status: string;
  readonly openedAt: string;
  readonly closedAt?: string;
  readonly event?: string;
  readonly key?: string;
  readonly filters?: WaitEntryData["filters"];
  /** When the time comes, or when an event's wait gives up. */
  readonly until?: string;
  /** Of a child: its workflow; `key` is its run. */
  readonly workflow?: string;
  /** Of a task; `key` is its id. */
  readonly title?: string;
  readonly dueAt?: string;
  readonly assignTo?: { readonly users?: readonly string[]; readonly groups?: readonly string[] };
  /** Who answered. */
  readonly by?: string;
  readonly resolvedBy?: WaitEntryData["resolvedBy"];
  readonly eventId?: string;
}

/** What a run has said of itself so far. Values are never changed: a new entry makes a new view. */
export interface JournalView {
  readonly entries: readonly JournalEntry[];
  readonly status?: string;
  readonly endedAt?: string;
  readonly error?: RunError;
  readonly output?: Json;
  /** The business state. */
  readonly state?: Json;
  readonly cancel?: { readonly by: string; readonly reason?: string };
  /** In the order of their start. */
  readonly steps: readonly StepView[];
  readonly waits: readonly WaitView[];
}

export const emptyJournal: JournalView = { entries: [], steps: [], waits: [] };

/** `seq` after which the stream is to go on; 0 at first. */
export function lastSeqOf(view: JournalView): number {
  return view.entries.at(-1)?.seq ?? 0;
}

/**
 * The view with `arrived` (ascending) taken in. Entries that are known already change nothing. One that differs from
 * the known entry of its `seq` replaces it and everything after it: a reset in Temporal rewrites the end of a journal.
 */
export function addEntries(view: JournalView, arrived: readonly JournalEntry[]): JournalView {
  const rewrittenAt = arrived.findIndex((entry) => {
    const known = entryAt(view.entries, entry.seq);
    return known !== undefined && !sameEntry(known, entry);
  });
  const rewritten = rewrittenAt < 0 ? undefined : arrived[rewrittenAt];
  if (rewritten !== undefined) {
    const kept = view.entries.filter((entry) => entry.seq < rewritten.seq);
    return addEntries(addEntries(emptyJournal, kept), arrived.slice(rewrittenAt));
  }
  const lastSeq = lastSeqOf(view);
  const fresh = arrived.filter((entry) => entry.seq > lastSeq);
  if (fresh.length === 0) return view;
  const fold = new Fold(view);
  for (const entry of fresh) fold.take(entry);
  return fold.view([...view.entries, ...fresh]);
}

function entryAt(entries: readonly JournalEntry[], seq: number): JournalEntry | undefined {
  const guess = entries[seq - 1];
  return guess?.seq === seq ? guess : entries.find((entry) => entry.seq === seq);
}

function sameEntry(a: JournalEntry, b: JournalEntry): boolean {
  return a.at === b.at && a.kind === b.kind && JSON.stringify(a) === JSON.stringify(b);
}

class Fold {
  readonly #steps: StepView[];
  readonly #waits: WaitView[];
  readonly #stepIndex: Map<number, number>;
  readonly #waitIndex: Map<string, number>;
  #run: Omit<JournalView, "entries" | "steps" | "waits">;

  constructor(view: JournalView) {
    const { entries: _entries, steps, waits, ...run } = view;
    this.#steps = [...steps];
    this.#waits = [...waits];
    this.#stepIndex = new Map(steps.map((step, index) => [step.execution, index]));
    this.#waitIndex = new Map(waits.map((wait, index) => [wait.waitId, index]));
    this.#run = run;
  }

  take(entry: JournalEntry): void {
    switch (entry.kind) {
      case "step":
        return this.#takeStep(entry);
      case "wait":
        return this.#takeWait(entry);
      case "run":
        return this.#takeRun(entry);
      case "state":
        this.#run = { ...this.#run, state: entry.data };
        return;
      case "input":
        return this.#takeInput(entry);
      case "event":
      case "late":
      case "reminder":
        return; // shown in the journal only
      default:
        return; // a kind that a newer server adds
    }
  }

  #takeStep(entry: JournalEntry & { kind: "step" }): void {
    const data: StepEntryData = entry.data ?? {};
    const index = this.#stepIndex.get(entry.execution);
    const before: StepView | undefined = index === undefined ? undefined : this.#steps[index];
    const ended = isStepEnd(entry.status);
    const after: StepView = {
      execution: entry.execution,
      stepId: entry.stepId,
      stepPath: entry.stepPath,
      iteration: entry.iteration,
      type: data.type ?? before?.type,
      status: entry.status,
      startedAt: before?.startedAt ?? entry.at,
      finishedAt: ended ? entry.at : undefined,
      endSeq: ended ? entry.seq : undefined,
      attempt: data.attempt ?? before?.attempt,
      output: data.output === undefined ? before?.output : data.output,
      outputReference: data.outputReference ?? before?.outputReference,
      error: data.error ?? (entry.status === "SUCCEEDED" ? undefined : before?.error),
    };
    if (index === undefined) {
      this.#stepIndex.set(entry.execution, this.#steps.length);
      this.#steps.push(after);
    } else {
      this.#steps[index] = after;
    }
  }

  #takeWait(entry: JournalEntry & { kind: "wait" }): void {
    const data: WaitEntryData = entry.data ?? {};
    const index = this.#waitIndex.get(entry.waitId);
    const before: WaitView | undefined = index === undefined ? undefined : this.#waits[index];
    const after: WaitView = {
      waitId: entry.waitId,
      waitType: entry.waitType,
      stepId: entry.stepId,
      iteration: entry.iteration,
      execution: entry.execution,
      status: entry.status,
      openedAt: before?.openedAt ?? entry.at,
      closedAt: entry.status === "WAITING" ? undefined : entry.at,
      event: data.event ?? before?.event,
      key: data.key ?? before?.key,
      filters: data.filters ?? before?.filters,
      until: data.timeoutAt ?? before?.until,
      workflow: data.workflow ?? before?.workflow,
      title: data.title ?? before?.title,
      dueAt: data.dueAt ?? before?.dueAt,
      assignTo: data.asks?.assignTo ?? before?.assignTo,
      by: data.by ?? before?.by,
      resolvedBy: data.resolvedBy ?? before?.resolvedBy,
      eventId: data.eventId ?? before?.eventId,
    };
    if (index === undefined) {
      this.#waitIndex.set(entry.waitId, this.#waits.length);
      this.#waits.push(after);
    } else {
      this.#waits[index] = after;
    }
  }

  #takeRun(entry: JournalEntry & { kind: "run" }): void {
    const data: RunEntryData = entry.data ?? {};
    const ended = entry.status === "SUCCEEDED" || entry.status === "FAILED" || entry.status === "CANCELED";
    this.#run = {
      ...this.#run,
      status: entry.status,
      ...(ended ? { endedAt: entry.at } : {}),
      ...(data.error === undefined ? {} : { error: data.error }),
      ...(data.output === undefined ? {} : { output: data.output }),
    };
  }

  #takeInput(entry: JournalEntry & { kind: "input" }): void {
    if (entry.data.kind !== "resume") return;
    const event: unknown = entry.data.event;
    if (typeof event !== "object" || event === null || !("kind" in event) || event.kind !== "cancelRequested") return;
    const by = "by" in event && typeof event.by === "string" ? event.by : "someone";
    const reason = "reason" in event && typeof event.reason === "string" ? event.reason : undefined;
    this.#run = { ...this.#run, cancel: { by, reason } };
  }

  view(entries: readonly JournalEntry[]): JournalView {
    return { ...this.#run, entries, steps: this.#steps, waits: this.#waits };
  }
}

function isStepEnd(status: string): boolean {
  return status !== "RUNNING" && status !== "WAITING" && status !== "RETRYING";
}

const leafControls = new Set(["control.return", "control.raise", "control.callWorkflow"]);

/** Whether steps of this type hold other steps: what they take is the time of those. */
export function isBlock(type: string | undefined): boolean {
  return type !== undefined && type.startsWith("control.") && !leafControls.has(type);
}

/** How many steps a step stands within: `root.steps[2]` in none, `root.steps[2].branches[0].steps[0]` in one. */
export function depthOf(stepPath: string): number {
  return Math.max(0, (stepPath.match(/\bsteps\[/g)?.length ?? 0) - 1);
}

/** `fix[7]`, `fix[2][0]`: the step with the turns of the loops around it. */
export function stepTitle(step: { readonly stepId: string; readonly iteration: readonly number[] }): string {
  return step.stepId + step.iteration.map((turn) => `[${turn}]`).join("");
}
