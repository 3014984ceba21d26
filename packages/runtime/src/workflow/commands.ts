import { openCommands, type Command, type CommandId, type CommandOf, type RunState } from "@mainspring/core";
import { ActionCalls } from "./action-calls.ts";
import { BatchCalls, batchesOf, isBatched } from "./batch-calls.ts";
import type { Children } from "./children.ts";
import { openEventWaits } from "./event-waits.ts";
import type { ShellPort } from "./port.ts";
import type { QuotaPause } from "./quota.ts";
import type { Segments } from "./segments.ts";
import type { Tasks } from "./tasks.ts";
import { Timers } from "./timers.ts";

export type Call = CommandOf<"callAction">;

/** Whoever performs commands, and is asked for other things too. */
interface Performers {
  readonly tasks: Tasks;
  readonly children: Children;
  readonly quota: QuotaPause;
  readonly segments: Segments;
}

/** What must be waited for before the next command. */
export interface Slow {
  readonly flushFirst: boolean;
  readonly yields: boolean;
  /** Calls that a segment performs. */
  readonly local: readonly Call[];
}

/** What the interpreter has commanded and is not performed yet; it is handed out to those that perform it. */
export class Commands {
  readonly #shell: ShellPort;
  readonly #performers: Performers;
  readonly #timers: Timers;
  readonly #calls: ActionCalls;
  readonly #batches: BatchCalls;
  #commanded: Command[] = [];

  constructor(shell: ShellPort, performers: Performers) {
    this.#shell = shell;
    this.#performers = performers;
    this.#timers = new Timers(shell);
    this.#calls = new ActionCalls(shell);
    this.#batches = new BatchCalls(shell);
  }

  get any(): boolean {
    return this.#commanded.length > 0;
  }

  add(commands: readonly Command[]): void {
    for (const command of commands) this.#commanded.push(command);
  }

  /** What stands open in the state that an execution takes over is commanded anew. */
  reopen(state: RunState): void {
    this.#commanded = [...openCommands(state)];
  }

  /** What a segment did itself is done; local calls that it did not reach are still open and are commanded anew. */
  dropDoneIn(state: RunState): void {
    const open = new Set(state.open.filter(({ held }) => held !== true).map(({ command }) => command.id));
    const seen = new Set<CommandId>();
    this.#commanded = this.#commanded.filter((command) => {
      if (command.kind === "cancelAction") return this.#calls.has(command.id) || this.#batches.has(command.id);
      if (command.kind !== "callAction") return true;
      if (!open.has(command.id) || seen.has(command.id)) return false;
      seen.add(command.id);
      return true;
    });
  }

  cancelWhatWasClosed(): void {
    const rest: Command[] = [];
    for (const command of this.#commanded) {
      if (command.kind === "cancelTimer") {
        this.#timers.cancel(command.id);
      } else if (command.kind === "cancelAction") {
        this.#calls.cancel(command.id);
        this.#batches.cancel(command.id);
      } else if (command.kind === "cancelChild") {
        this.#performers.children.cancel(command.id);
      } else if (command.kind !== "closeWait" && command.kind !== "closeTask") {
        rest.push(command);
      }
    }
    // A command that was closed before it was performed is performed no more.
    this.#commanded = rest.filter((command) => command.kind === "finish" || this.#isOpen(command.id));
  }

  /** Performs what is commanded. @returns what must be waited for before the next command; undefined, which costs no promise: nothing */
  perform(which: "all" | "hold calls"): Slow | undefined {
    const shell = this.#shell;
    const { quota, segments } = this.#performers;
    const commands = this.#commanded;
    this.#commanded = [];
    // So many entries are flushed first, and no call carries them.
    const full = shell.journal.unsentCount > shell.bounds().carriedEntries;
    let flushFirst = false;
    let yields = false;
    const waits: CommandOf<"openWait">[] = [];
    const tasks: CommandOf<"openTask">[] = [];
    const children: CommandOf<"startChild">[] = [];
    const local: Call[] = [];
    const batched: Call[] = [];
    for (const command of commands) {
      switch (command.kind) {
        case "callAction":
          if (which === "hold calls") this.#commanded.push(command);
          else if (quota.holds(command.id)) break;
          else if (this.#calls.none && this.#batches.none && segments.takes(command)) local.push(command);
          else if (full) {
            this.#commanded.push(command);
            flushFirst = true;
          } else if (isBatched(command)) batched.push(command);
          else this.#calls.start(command);
          break;
        case "openWait":
          waits.push(command);
          break;
        case "openTask":
          tasks.push(command);
          break;
        case "startTimer":
          this.#timers.start(command);
          break;
        case "yield":
          yields = true;
          break;
        case "startChild":
          if (which === "hold calls") this.#commanded.push(command);
          else children.push(command);
          break;
        case "pause": // what it holds stands in the state; the signal lets it go on
        case "cancelAction":
        case "cancelChild":
        case "cancelTimer":
        case "closeWait":
        case "closeTask": // the rows follow the journal
        case "finish":
          break;
      }
    }
    for (const calls of batchesOf(batched)) {
      const [only] = calls;
      if (calls.length === 1 && only !== undefined) this.#calls.start(only);
      else this.#batches.start(calls);
    }
    if (waits.length > 0) openEventWaits(shell, waits);
    if (tasks.length > 0) this.#performers.tasks.open(tasks);
    if (children.length > 0) this.#performers.children.start(children);
    return flushFirst || yields || local.length > 0 ? { flushFirst, yields, local } : undefined;
  }

  #isOpen(id: CommandId): boolean {
    return this.#shell.state().open.some(({ command }) => command.id === id);
  }
}
