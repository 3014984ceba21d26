import { proxyActivities, proxyLocalActivities } from "@temporalio/workflow";

// What a developer would write for the same work with Temporal alone: the yardstick.
interface NoOps {
  noop(input: object): Promise<object>;
}

const remote = proxyActivities<NoOps>({ startToCloseTimeout: "30 seconds" });
const local = proxyLocalActivities<NoOps>({ startToCloseTimeout: "5 seconds" });

export async function sequentialRemote(steps: number): Promise<number> {
  for (let i = 0; i < steps; i++) await remote.noop({ i });
  return steps;
}

export async function sequentialLocal(steps: number): Promise<number> {
  for (let i = 0; i < steps; i++) await local.noop({ i });
  return steps;
}
