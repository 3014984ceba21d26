import { FairGate } from "./fair-gate.ts";
import type { Launched } from "./launch.ts";

/** In all fewer than the process has database connections, so that other requests find one. */
const atOnce = { perTenant: 2, total: 8 };
/** As long as a request tries a start, so that Temporal is asked for few starts of one tenant at once, too. */
const placeMs = 2_000;
/** While Temporal does not answer, a start that waits for it gives its place back after this time. */
const placeWhileAwayMs = 100;
/** For this long after an unanswered start Temporal is taken to be away. */
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
