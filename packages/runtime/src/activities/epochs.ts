import { registerExecution, type Fence, type TenantDb } from "@mainspring/store";
import type { Writer } from "./contract.ts";

/** Executions remembered by a worker process. */
const keptExecutions = 20_000;

export type IsCurrentExecution = (runId: string, temporalRunId: string) => Promise<boolean>;

/**
 * The fence of a writer. Its epoch never changes, so it is asked of the database once per execution: it rises when Temporal was reset to an
 * earlier point, and a writer of an execution that is no longer current is stale and writes nothing.
 */
export class Epochs {
  readonly #isCurrent: IsCurrentExecution;
  readonly #known = new Map<string, number>();

  constructor(isCurrent: IsCurrentExecution) {
    this.#isCurrent = isCurrent;
  }

  /** Undefined: it must be asked of the database. */
  known({ ordinal, historyLength }: Writer, temporalRunId: string): Fence | undefined {
    const epoch = this.#known.get(temporalRunId);
    return epoch === undefined ? undefined : { epoch, ordinal, historyLength };
  }

  /** @param at `first write`: of a run that is just being opened */
  async fence(
    db: TenantDb,
    writer: Writer,
    temporalRunId: string,
    at: "first write" | "any write" = "any write",
  ): Promise<Fence | "stale"> {
    const { runId, ordinal, historyLength, continuedFrom } = writer;
    const known = this.known(writer, temporalRunId);
    if (known !== undefined) return known;
    const registered = await registerExecution(
      db,
      {
        runId,
        temporalRunId,
        ordinal,
        ...(continuedFrom === undefined ? {} : { continuedFrom }),
        isFirstWrite: at === "first write",
      },
      () => this.#isCurrent(runId, temporalRunId),
    );
    if (registered === "stale") return "stale";
    const fence = { epoch: registered.epoch, ordinal, historyLength };
    // One made in this transaction would be lost with it: it is remembered when that has committed, or when it is met again.
    if (registered.isCommitted) this.remember(temporalRunId, fence);
    return fence;
  }

  remember(temporalRunId: string, { epoch }: Fence): void {
    this.#known.set(temporalRunId, epoch);
    if (this.#known.size > keptExecutions) this.#known.delete(this.#known.keys().next().value as string);
  }
}
