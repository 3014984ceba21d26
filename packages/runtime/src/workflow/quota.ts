import { instantMs, quotaResumeSignal, type CommandId } from "@mainspring/core";
import { defineSignal, setHandler } from "@temporalio/workflow";
import type { FlushResult } from "../activities/contract.ts";
import type { ShellPort } from "./port.ts";

/** What a write says of the quota holds for so long; afterwards a call asks for itself. */
const believedMs = 60_000;

/**
 * The pause of a run whose tenant has used up its steps of the month. The interpreter holds the calls; here is what says that it is to, and
 * the one signal that lets them go on.
 */
export class QuotaPause {
  readonly #shell: ShellPort;
  #overUntilMs = 0;
  #releases = 0;
  #waived = false;

  constructor(shell: ShellPort) {
    this.#shell = shell;
    setHandler(defineSignal<[unknown]>(quotaResumeSignal), (signal) => {
      this.#releases++;
      this.#overUntilMs = 0;
      if (isWaiver(signal)) this.#waived = true;
      shell.arrive({ kind: "quotaReleased" });
    });
  }

  /** An operator let the run go on whatever the counter says: until its end, through all its executions. */
  get waived(): boolean {
    return this.#waived;
  }

  /** The execution before had been let go on. */
  waive(): void {
    this.#waived = true;
  }

  /** To be called when a write begins. @returns takes what the write says; of a write from before a release it is out of date */
  asking(): (answer: FlushResult | undefined) => void {
    const asked = this.#releases;
    return (answer) => {
      if (asked !== this.#releases) return;
      this.#overUntilMs = answer?.overQuota === true ? this.#nowMs() + believedMs : 0;
    };
  }

  /** @returns true when the call is not to be made: the interpreter is told so, and pauses */
  holds(id: CommandId): boolean {
    if (this.#waived || this.#overUntilMs <= this.#nowMs()) return false;
    this.#shell.push({ kind: "actionHeld", id });
    return true;
  }

  #nowMs(): number {
    return instantMs(this.#shell.now()) ?? 0;
  }
}

/** Whoever can reach Temporal can send anything: only what says so is a waiver. */
function isWaiver(signal: unknown): boolean {
  return typeof signal === "object" && signal !== null && (signal as { readonly waive?: unknown }).waive === true;
}
