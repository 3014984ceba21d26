import { taskQueue } from "./names.ts";

/** Activities of the pack `<pack>` are served on this queue, by any Temporal worker in any language. */
export function packQueueOf(pack: string): string {
  return `mainspring-actions:${pack}`;
}

/** As in the ids of its actions, `<pack>.<name>@<major>`. */
export const packNamePattern = /^[a-z][a-z0-9-]{0,62}$/;

/** Which worker means to poll: the one that runs authored workflows, or any other. */
export type WorkerKind = "authored-workflow" | "other";

/**
 * Who may poll which queue: the authored queue belongs to the authored-workflow worker, which polls nothing else.
 * @returns why a worker of this kind is refused with this list; undefined: it is not
 */
export function queueRefusal(kind: WorkerKind, queues: readonly string[]): string | undefined {
  if (kind === "authored-workflow") {
    const others = queues.filter((queue) => queue !== taskQueue);
    if (others.length > 0) return `The authored-workflow worker polls ${taskQueue} alone, and not ${others.join(", ")}`;
    return queues.length === 1 ? undefined : `The authored-workflow worker polls ${taskQueue}, once`;
  }
  if (queues.length === 0) return "A worker needs a queue to poll";
  const owned = queues.find(isAuthored);
  return owned === undefined
    ? undefined
    : `The queue ${owned} belongs to the authored-workflow worker: whatever else polled it would be handed runs that it cannot perform`;
}

/** The queue itself, or one of the partitions under which Temporal keeps it. */
function isAuthored(queue: string): boolean {
  const name = queue.trim();
  return name === taskQueue || name.startsWith(`/_sys/${taskQueue}/`);
}
