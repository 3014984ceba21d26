import { beginsStep } from "./run.ts";

/** What happened to one row of the journal. `old..` is null for a new row, `new..` for a deleted one. */
export interface JournalChange {
  readonly seq: number;
  readonly oldKind: string | null;
  readonly oldExecution: number | null;
  readonly oldWaitId: string | null;
  readonly oldEventId: string | null;
  readonly newKind: string | null;
  readonly newExecution: number | null;
  readonly newWaitId: string | null;
  readonly newEventId: string | null;
  /** Another text stands there now, or none. */
  readonly replaced: boolean;
}

/** The rows to be computed anew, those included that an overwritten or deleted entry was about. */
export interface Touched {
  readonly executions: ReadonlySet<number>;
  readonly waits: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  readonly status: boolean;
  readonly state: boolean;
  readonly steps: boolean;
  /** Steps begun more, or fewer, than before. */
  readonly stepDelta: number;
  readonly lastSeq: number;
  readonly deleted: boolean;
  /** An entry about a wait says something else than before, or is gone. */
  readonly waitsReplaced: boolean;
  /** An entry about the run's status says something else than before, or is new. */
  readonly statusReplaced: boolean;
}

export function touchedBy(changes: readonly JournalChange[]): Touched {
  const executions = new Set<number>();
  const waits = new Set<string>();
  const events = new Set<string>();
  const kinds = new Set<string | null>();
  let stepDelta = 0;
  let lastSeq = 0;
  let deleted = false;
  let waitsReplaced = false;
  let statusReplaced = false;
  for (const change of changes) {
    const { seq, oldKind, oldExecution, newKind, newExecution } = change;
    for (const execution of [oldExecution, newExecution]) if (execution !== null) executions.add(execution);
    for (const waitId of [change.oldWaitId, change.newWaitId]) if (waitId !== null) waits.add(waitId);
    for (const eventId of [change.oldEventId, change.newEventId]) if (eventId !== null) events.add(eventId);
    kinds.add(oldKind).add(newKind);
    if (beginsStep({ seq, kind: oldKind, execution: oldExecution })) stepDelta -= 1;
    if (beginsStep({ seq, kind: newKind, execution: newExecution })) stepDelta += 1;
    if (newKind === null) deleted = true;
    else if (seq > lastSeq) lastSeq = seq;
    if (change.oldWaitId !== null && change.replaced) waitsReplaced = true;
    if ((oldKind === "run" || newKind === "run") && (oldKind === null || change.replaced)) statusReplaced = true;
  }
  return {
    executions,
    waits,
    events,
    status: kinds.has("run"),
    state: kinds.has("state"),
    steps: kinds.has("step"),
    stepDelta,
    lastSeq,
    deleted,
    waitsReplaced,
    statusReplaced,
  };
}

/** Whether all that `touched` asks for is among what `of` asks for. */
export function isWithin(touched: Touched, of: Touched): boolean {
  return (
    all(touched.executions, of.executions) &&
    all(touched.waits, of.waits) &&
    all(touched.events, of.events) &&
    (!touched.status || of.status) &&
    (!touched.state || of.state) &&
    (!touched.steps || of.steps)
  );
}

function all<T>(some: ReadonlySet<T>, of: ReadonlySet<T>): boolean {
  for (const item of some) if (!of.has(item)) return false;
  return true;
}
