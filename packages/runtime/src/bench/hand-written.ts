import { condition, defineSignal, proxyActivities, proxyLocalActivities, setHandler } from "@temporalio/workflow";

// What a developer would write for the same work with Temporal alone: the yardstick.
interface NoOps {
  noop(input: object): Promise<object>;
  stamp(input: object): Promise<object>;
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

/** So many assignments in all, in equal parts before each call. */
export async function mixed(pureSteps: number, calls: number): Promise<object> {
  const vars: { [name: string]: number } = {};
  for (let call = 0; call < calls; call++) {
    for (let i = 0; i < pureSteps / calls; i++) vars[`v${i % 10}`] = (vars[`v${(i + 9) % 10}`] ?? 0) + i;
    await remote.noop({ i: call });
  }
  return vars;
}

const go = defineSignal<[object]>("go");

/** Waits for a signal, then makes one call. */
export async function parked(i: number): Promise<number> {
  let isGoing = false;
  setHandler(go, () => {
    isGoing = true;
  });
  await condition(() => isGoing);
  await remote.stamp({ i });
  return i;
}
