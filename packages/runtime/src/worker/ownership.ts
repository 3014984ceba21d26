import { packQueueOf, queueRefusal, taskQueue, type WorkerKind } from "@mainspring/core";

/** @throws Error when a worker of this kind may not poll one of the queues */
export function assertMayPoll(kind: WorkerKind, queues: readonly string[]): void {
  const refusal = queueRefusal(kind, queues);
  if (refusal !== undefined) throw new Error(refusal);
}

/**
 * Shows at each start of a worker that the authored queue is still guarded: accepted for its worker, refused for any other, and refused
 * where another queue stands beside it.
 * @param refuses the guard; tests give a broken one
 * @throws Error when the guard lets through what it must not, or refuses what it must let through
 */
export function ownershipSelfTest(refuses: typeof queueRefusal = queueRefusal): void {
  const pack = packQueueOf("self-test");
  const cases: readonly (readonly [WorkerKind, readonly string[], boolean])[] = [
    ["authored-workflow", [taskQueue], false],
    ["authored-workflow", [taskQueue, pack], true],
    ["authored-workflow", [pack], true],
    ["other", [pack], false],
    ["other", [taskQueue], true],
    ["other", [pack, taskQueue], true],
  ];
  for (const [kind, queues, refused] of cases) {
    if ((refuses(kind, queues) !== undefined) === refused) continue;
    throw new Error(
      `The self-test of queue ownership failed: the ${kind} worker was ${refused ? "let" : "not let"} poll ${queues.join(", ")}`,
    );
  }
}
