import type { CauseName, RunWhy } from "@mainspring/core";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { whyRun } from "../why/why-run.ts";
import { until } from "./until.ts";
import type { World } from "./world.ts";

/** Within so long a cause is named, and gone once it is healed. */
export const namedWithinMs = 5_000;

export interface AsksWhy {
  now(runId: string): Promise<RunWhy>;
  /** The answer once `cause` leads. Fails when it does not within 5 s. */
  leads(runId: string, cause: CauseName): Promise<RunWhy>;
  /** Fails when `cause` is still true after 5 s. */
  goes(runId: string, cause: CauseName): Promise<void>;
}

export function asksWhy(world: World, correlationPaths: CorrelationPaths = {}): AsksWhy {
  const now = (runId: string): Promise<RunWhy> =>
    whyRun({ store: world.store, client: world.client, correlationPaths }, { tenantId: world.tenantId, runId });
  const within = { withinMs: namedWithinMs, everyMs: 100 };
  return {
    now,
    async leads(runId, cause) {
      let last: RunWhy | undefined;
      try {
        return await until(
          `${cause} leads`,
          async () => {
            last = await now(runId);
            return last.cause === cause ? last : undefined;
          },
          within,
        );
      } catch (error) {
        throw new Error(`${cause} does not lead: ${JSON.stringify(last)}`, { cause: error });
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
