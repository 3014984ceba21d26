import type { Instant, Program, RunEvent, RunState } from "@mainspring/core";
import type { Writer } from "../activities/contract.ts";
import type { Crossing } from "../wire/crossing.ts";
import type { Bounds } from "./bounds.ts";
import type { JournalBuffer } from "./journal-buffer.ts";

/** What comes in; the loop adds the time and the turn when it feeds it. */
export type Incoming = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never;

/** The shell, as the parts see it that perform its commands: one queue of events, one journal, one count of what is in flight. */
export interface ShellPort {
  readonly journal: JournalBuffer;
  /** Undefined until the run is opened. */
  program(): Program | undefined;
  state(): RunState;
  /** That of what was fed last. */
  now(): Instant;
  bounds(): Bounds;
  /** The one way in to the interpreter, for what follows from what was fed, or from a local activity. */
  push(event: Incoming): void;
  /** The same for what Temporal brings: calls, timers, signals and the like. */
  arrive(event: Incoming): void;
  /** Of one activity that brought several: they are fed one after the other, and only then is performed what they command. */
  arriveTogether(events: readonly Incoming[]): void;
  /** Makes the loop look again though nothing came in. */
  wake(): void;
  /** While anything is in flight, the run does not continue as new: its completion would be lost. */
  begin(): void;
  end(): void;
  /**
   * A local activity, begun when the ones before it have come back: side by side they would come back several in one activation on replay and
   * in several before. What it brings is taken over by the loop, in its turn. When its tries are used up the ordinary activity goes on.
   */
  locally<T>(call: () => Promise<T>, durably: () => Promise<T>, taken: (result: T) => void): void;
  /** A name, used once, under which entries of the journal travel. */
  newOwner(kind: "flush" | "segment"): string;
  writer(): Writer;
  crossing(value: unknown): Crossing;
  /** For arguments of local activities, which history does not record. */
  inline(value: unknown): Crossing;
}
