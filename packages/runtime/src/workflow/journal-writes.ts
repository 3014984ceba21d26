import type { JournalEntry } from "@mainspring/core";
import { durably, flush } from "./activity-calls.ts";
import type { Intake } from "./intake.ts";
import type { ShellPort } from "./port.ts";
import type { QuotaPause } from "./quota.ts";

/** Writes of the journal that no call carries: each a local activity. */
export class JournalWrites {
  readonly #shell: ShellPort;
  readonly #intake: Intake;
  readonly #quota: QuotaPause;
  readonly #fuel: () => number;

  constructor(parts: {
    readonly shell: ShellPort;
    readonly intake: Intake;
    readonly quota: QuotaPause;
    /** That the run has used since its beginning. */
    readonly fuel: () => number;
  }) {
    this.#shell = parts.shell;
    this.#intake = parts.intake;
    this.#quota = parts.quota;
    this.#fuel = parts.fuel;
  }

  /** Nothing is fed until all that is unsent now is written. */
  async now(): Promise<void> {
    const { journal } = this.#shell;
    const owner = this.#shell.newOwner("flush");
    const entries = journal.take(owner);
    if (entries.length === 0 && this.#intake.inFlight > 0) {
      await this.#intake.takingOver(() => journal.empty || journal.unsentCount > 0);
      return;
    }
    let written = false;
    this.#flush(owner, entries, () => (written = true));
    await this.#intake.takingOver(() => written);
  }

  /** The run goes on meanwhile. */
  aside(written?: () => void): void {
    const owner = this.#shell.newOwner("flush");
    this.#flush(owner, this.#shell.journal.take(owner), written);
  }

  #flush(owner: string, entries: readonly JournalEntry[], written?: () => void): void {
    const shell = this.#shell;
    const args = { ...shell.writer(), fuel: this.#fuel(), nextSeq: shell.state().nextSeq, entries };
    const answered = this.#quota.asking();
    this.#intake.locally(
      () => flush(shell.inline(args)),
      () => durably.flush(shell.crossing(args)),
      (answer) => {
        answered(answer);
        shell.journal.acknowledge(owner);
        written?.();
      },
    );
  }
}
