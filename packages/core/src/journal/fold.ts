import { restart, resume, start } from "../interpreter/interpret.ts";
import { restoredEvent } from "../interpreter/input.ts";
import type { JournalEntry, JournalInput, RunState, Transition, ValueReference } from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import type { Json } from "../values/json.ts";

export type ResolveReference = (reference: ValueReference) => Json;

/** A journal from which no state can be recomputed. */
export class JournalError extends Error {
  readonly code: "JOURNAL_WITHOUT_START" | "JOURNAL_REFERENCE_UNRESOLVED";

  constructor(code: "JOURNAL_WITHOUT_START" | "JOURNAL_REFERENCE_UNRESOLVED", message: string) {
    super(message);
    this.name = "JournalError";
    this.code = code;
  }
}

/**
 * The state of a run, recomputed from the `input` entries of its journal (others may be among them or missing).
 * @param resolve gives the values that the entries name by reference
 * @param options.untilSeq the transition that wrote this entry is the last one applied; absent: all
 * @throws JournalError
 */
export function foldJournal(
  program: Program,
  entries: readonly JournalEntry[],
  resolve: ResolveReference = unresolved,
  options: { readonly untilSeq?: number } = {},
): RunState {
  let state: RunState | undefined;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i] as JournalEntry;
    if (entry.kind !== "input") continue;
    if (options.untilSeq !== undefined && entry.seq > options.untilSeq) break;
    state = applyInput(program, state, entry.data, resolve).state;
  }
  if (state === undefined) throw withoutStart();
  return state;
}

/**
 * The state of a run just before the step that entry `seq` begins: what another run can begin from.
 * @returns undefined when no step begins there
 * @throws JournalError
 */
export function foldBefore(
  program: Program,
  entries: readonly JournalEntry[],
  resolve: ResolveReference = unresolved,
  seq: number,
): RunState | undefined {
  const begins = entries.some((entry) => entry.seq === seq && entry.kind === "step" && entry.execution === seq);
  const inputs = entries.filter((entry) => entry.kind === "input" && entry.seq < seq);
  if (!begins || inputs.length === 0) return undefined;
  let state: RunState | undefined;
  inputs.forEach((entry, i) => {
    if (entry.kind === "input")
      state = applyInput(program, state, entry.data, resolve, i === inputs.length - 1 ? seq : 0).state;
  });
  // Steps that a restarted run tells of because they were under way do not begin there.
  return state?.nextSeq === seq ? state : undefined;
}

/**
 * One transition from one `input` entry; the first of a journal is `start` or `restart`, and takes no state.
 * @param stopBefore as of `start`
 */
export function applyInput(
  program: Program,
  state: RunState | undefined,
  input: JournalInput,
  resolve: ResolveReference = unresolved,
  stopBefore = 0,
): Transition {
  switch (input.kind) {
    case "start": {
      const payload = input.reference === undefined ? (input.payload ?? null) : resolve(input.reference);
      return start(program, payload, input.context, input.reference, stopBefore);
    }
    case "restart": {
      const origin = resolve(input.origin.reference) as unknown as RunState;
      return restart(program, origin, input.context, input.origin, stopBefore);
    }
    case "resume":
      if (state === undefined) throw withoutStart();
      return resume(program, state, restoredEvent(input.event, resolve), stopBefore);
  }
}

function unresolved(reference: ValueReference): Json {
  throw new JournalError(
    "JOURNAL_REFERENCE_UNRESOLVED",
    `The journal names the value ${reference.hash}, which is not at hand.`,
  );
}

function withoutStart(): JournalError {
  return new JournalError("JOURNAL_WITHOUT_START", "The journal does not begin with the start of its run.");
}
