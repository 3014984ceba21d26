import { getQuotas, startUsage, stepUsage } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

export function usageHandlers({ store }: Services): Handlers<"usage"> {
  return {
    async get({ caller }) {
      const { month, steps, stepsPerMonth, resetsAt, quotas, usage } = await store.tenant(
        caller.tenantId,
        async (db) => ({ ...(await stepUsage(db)), quotas: await getQuotas(db), usage: await startUsage(db) }),
      );
      const { held } = usage;
      return {
        status: 200,
        body: {
          month,
          resetsAt,
          steps: { used: steps, limit: stepsPerMonth },
          runs: { open: usage.open, limit: quotas.concurrentRuns },
          starts: { lastMinute: usage.starts, limit: quotas.startsPerMinute },
          fuel: { lastMinute: usage.fuel, limit: quotas.fuelPerMinute },
          held: {
            count: Object.values(held).reduce((sum, count) => sum + count, 0),
            byReason: { ...held },
            since: usage.heldSince,
          },
        },
      };
    },
  };
}
