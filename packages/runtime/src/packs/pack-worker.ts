import { packNamePattern, packQueueOf, queueRefusal } from "@mainspring/core";
import { NativeConnection, Worker } from "@temporalio/worker";

/** Actions that are hosted outside the authored-workflow worker. */
export interface Pack {
  readonly name: string;
  /** Left out: `mainspring-actions:<name>`. */
  readonly queue?: string;
  /** By `<pack>.<name>@<major>`; each gets the mapped input, its idempotency key and its deadline. */
  readonly activities: { readonly [action: string]: (...args: never[]) => Promise<unknown> };
}

export interface RegisteredPack {
  readonly name: string;
  readonly queue: string;
  readonly activities: Pack["activities"];
}

export interface PackWorker {
  /** Rejects when a worker fails for good. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** @throws Error for a name that cannot be, for actions of another pack, and for the authored queue */
export function registerPack({ name, queue = packQueueOf(name), activities }: Pack): RegisteredPack {
  if (!packNamePattern.test(name)) throw new Error(`A pack cannot be called ${JSON.stringify(name)}`);
  const refusal = queueRefusal("other", [queue]);
  if (refusal !== undefined) throw new Error(`The pack ${name} is refused: ${refusal}`);
  const foreign = Object.keys(activities).find((action) => !new RegExp(`^${name}\\.[^@]+@\\d+$`).test(action));
  if (foreign !== undefined) throw new Error(`${foreign} is no action of the pack ${name}: <pack>.<name>@<major>`);
  return { name, queue, activities };
}

/**
 * A worker of packs: activities alone, each pack on its own queue. It loads nothing of the engine.
 * @throws Error when a queue is the authored one, before anything is connected
 */
export async function startPackWorker(options: {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly packs: readonly RegisteredPack[];
  readonly identity?: string;
}): Promise<PackWorker> {
  const { temporal, packs, identity } = options;
  const refusal = queueRefusal(
    "other",
    packs.map(({ queue }) => queue),
  );
  if (refusal !== undefined) throw new Error(refusal);
  const connection = await NativeConnection.connect({ address: temporal.address });
  try {
    const workers = await Promise.all(
      packs.map(({ queue, activities }) =>
        Worker.create({
          connection,
          namespace: temporal.namespace,
          taskQueue: queue,
          activities: { ...activities },
          ...(identity === undefined ? {} : { identity }),
        }),
      ),
    );
    const running = workers.map((worker) => worker.run());
    return {
      ended: Promise.all(running).then(() => undefined),
      async stop() {
        for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
        await Promise.allSettled(running);
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
