import { stepUsage } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

export function usageHandlers({ store }: Services): Handlers<"usage"> {
  return {
    async get({ caller }) {
      const { month, steps, stepsPerMonth, resetsAt } = await store.tenant(caller.tenantId, stepUsage);
      return { status: 200, body: { month, resetsAt, steps: { used: steps, limit: stepsPerMonth } } };
    },
  };
}
