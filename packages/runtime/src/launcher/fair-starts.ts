import { FairGate } from "./fair-gate.ts";
import type { Launched } from "./launch.ts";

/** Fewer than a process has connections, and of one tenant fewer still. */
const atOnce = { perTenant: 2, total: 8 };
/** As long as a request tries a start: Temporal too is asked for few of one tenant's at once. */
const placeMs = 2_000;
/** While Temporal does not answer, a start waits for it without a place. */
const placeWhileAwayMs = 100;
const believedMs = 5_000;
const besideOthersMs = 10_000;

/** The starts that requests of this process ask for, fair to tenants. @see docs/decisions/0096-starts-take-turns.md */
export class FairStarts {
  #awayUntilMs = 0;
  readonly #gate = new FairGate({
    ...atOnce,
    besideOthersMs,
    placeMs: () => (performance.now() < this.#awayUntilMs ? placeWhileAwayMs : placeMs),
  });

  async run(tenantId: string, start: () => Promise<Launched>): Promise<Launched> {
    return this.#gate.run(tenantId, async () => {
      const launched = await start();
      const isAway = launched.created && launched.held === undefined && launched.status === "QUEUED";
      if (isAway) this.#awayUntilMs = performance.now() + believedMs;
      return launched;
    });
  }
}
