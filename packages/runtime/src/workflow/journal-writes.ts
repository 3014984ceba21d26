import type { FlushArgs, UnwrittenCall } from "../activities/contract.ts";
import { durably, flush } from "./activity-calls.ts";
import type { Intake } from "./intake.ts";
import type { ShellPort } from "./port.ts";
import type { QuotaPause } from "./quota.ts";
import type { Usage } from "./usage.ts";

/** Writes of the journal that no call carries: each a local activity. */
export class JournalWrites {
  readonly #shell: ShellPort;
  readonly #intake: Intake;
  readonly #quota: QuotaPause;
  readonly #usage: Usage;

  constructor(parts: {
    readonly shell: ShellPort;
    readonly intake: Intake;
    readonly quota: QuotaPause;
    readonly usage: Usage;
  }) {
    this.#shell = parts.shell;
    this.#intake = parts.intake;
    this.#quota = parts.quota;
    this.#usage = parts.usage;
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
    this.#flush(owner, { entries }, () => (written = true));
    await this.#intake.takingOver(() => written);
  }

  /**
   * The run goes on meanwhile.
   * @param invocations of calls whose entries were not written with them either
   * @see docs/decisions/0110-what-a-refused-commit-leaves.md
   */
  aside(written?: () => void, invocations?: readonly UnwrittenCall[]): void {
    const owner = this.#shell.newOwner("flush");
    this.#flush(owner, { entries: this.#shell.journal.take(owner), ...(invocations && { invocations }) }, written);
  }

  #flush(owner: string, what: Pick<FlushArgs, "entries" | "invocations">, written?: () => void): void {
    const shell = this.#shell;
    const args: FlushArgs = { ...shell.writer(), fuel: this.#usage.fuel, nextSeq: shell.state().nextSeq, ...what };
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
