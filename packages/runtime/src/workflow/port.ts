import type { Program, RunEvent, RunState } from "@mainspring/core";
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
  bounds(): Bounds;
  /** The one way in to the interpreter. */
  push(event: Incoming): void;
  /** Makes the loop look again though nothing came in. */
  wake(): void;
  /** While anything is in flight, the run does not continue as new: its completion would be lost. */
  begin(): void;
  end(): void;
  /** A name, used once, under which entries of the journal travel. */
  newOwner(kind: "flush" | "segment"): string;
  writer(): Writer;
  crossing(value: unknown): Crossing;
  /** For arguments of local activities, which history does not record. */
  inline(value: unknown): Crossing;
}
