import type { CauseName, RunWhy } from "@mainspring/core";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { whyRun } from "../why/why-run.ts";
import { until } from "./until.ts";
import type { World } from "./world.ts";

/** Within so long whoever asks is answered. */
const answeredWithinMs = 5_000;
/** What causes it, and what heals it, may take its time on a busy machine. */
const trueWithinMs = 30_000;

export interface AsksWhy {
  now(runId: string): Promise<RunWhy>;
  /** The answer once `cause` is true and leads; fails when the answer that names it took over 5 s. */
  leads(runId: string, cause: CauseName): Promise<RunWhy>;
  /** Fails when `cause` stays true. */
  goes(runId: string, cause: CauseName): Promise<void>;
}

export function asksWhy(world: World, correlationPaths: CorrelationPaths = {}): AsksWhy {
  const now = (runId: string): Promise<RunWhy> =>
    whyRun({ store: world.store, client: world.client, correlationPaths }, { tenantId: world.tenantId, runId });
  const within = { withinMs: trueWithinMs, everyMs: 100 };
  return {
    now,
    async leads(runId, cause) {
      let last: RunWhy | undefined;
      let tookMs = 0;
      try {
        const answer = await until(
          `${cause} leads`,
          async () => {
            const askedAtMs = performance.now();
            last = await now(runId);
            tookMs = performance.now() - askedAtMs;
            return last.cause === cause ? last : undefined;
          },
          within,
        );
        if (tookMs > answeredWithinMs) throw new Error(`The answer took ${Math.round(tookMs)} ms`);
        return answer;
      } catch (error) {
        throw new Error(`${cause} does not lead in time: ${JSON.stringify(last)}`, { cause: error });
      }
    },
    async goes(runId, cause) {
      let last: RunWhy | undefined;
      try {
        await until(
          `${cause} is gone`,
          async () => {
            last = await now(runId);
            return [last, ...last.also].some((one) => one.cause === cause) ? undefined : true;
          },
          within,
        );
      } catch (error) {
        throw new Error(`${cause} is still true: ${JSON.stringify(last)}`, { cause: error });
      }
    },
  };
}

/** The data of one kind of the leading cause's evidence. */
export function evidenceOf(why: RunWhy, kind: string): unknown[] {
  return why.evidence.filter((one) => one.kind === kind).map(({ data }) => data);
}
