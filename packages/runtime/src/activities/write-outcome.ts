import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../temporal/grpc.ts";
import type { ActivityDependencies } from "./dependencies.ts";

/** Together less than what an activity may take beyond its action's own limit. */
const delaysMs = [100, 400, 1_500];

/**
 * Writes what a call has brought. An outcome that is known is not given up because the database refuses it once: an effect that may be had
 * only once would have an unknown outcome.
 * @param write may be called again after it has been done
 * @see docs/decisions/0112-an-outcome-is-written-again.md
 */
export async function writeOutcome<T>(
  { log }: Pick<ActivityDependencies, "log">,
  runId: string,
  write: () => Promise<T>,
): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await write();
    } catch (error) {
      log.warn({ runId, error: messageOf(error) }, "The outcome of a call could not be written, and is written again");
      await sleep(delayMs);
    }
  }
  return write();
}
