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

  async fence(db: TenantDb, writer: Writer, temporalRunId: string): Promise<Fence | "stale"> {
    const { runId, ordinal, historyLength, continuedFrom } = writer;
    const known = this.#known.get(temporalRunId);
    if (known !== undefined) return { epoch: known, ordinal, historyLength };
    const registered = await registerExecution(
      db,
      { runId, temporalRunId, ordinal, ...(continuedFrom === undefined ? {} : { continuedFrom }) },
      () => this.#isCurrent(runId, temporalRunId),
    );
    if (registered === "stale") return "stale";
    // One made in this transaction would be lost with it: it is remembered when it is met again.
    if (registered.isCommitted) this.#known.set(temporalRunId, registered.epoch);
    if (this.#known.size > keptExecutions) this.#known.delete(this.#known.keys().next().value as string);
    return { epoch: registered.epoch, ordinal, historyLength };
  }
}
