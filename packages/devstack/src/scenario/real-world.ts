// Where scenarios are run for real: a database, a namespace and a worker of their own.
import { createRunClient, type Runs } from "@mainspring/runtime/client";
import {
  newNamespace,
  quietRuntime,
  standInRegistry,
  startRunWorker,
  workflowBundle,
} from "@mainspring/runtime/worker";
import type { StoodInAnswer, StoodInCall } from "@mainspring/runtime/worker";
import { cloneDatabase, type Store } from "@mainspring/store";
import type { Progress } from "../progress.ts";
import { sharedTestServices } from "../throwaway-services.ts";
import type { RealCase } from "./real-scenarios.ts";

export type Answerer = (call: StoodInCall) => Promise<StoodInAnswer>;

export type RealWorld = {
  store: Store;
  runs: Runs;
  /** Calls of a run that is not there yet wait until it is. */
  answerBy(runId: string, answerer: Answerer): void;
  close(): Promise<void>;
};

const waits = {
  relayPollMs: 200,
  inboxPollMs: 200,
  reconcileEveryMs: 1_000,
  reconcileOlderThanMs: 2_000,
  shutdownGraceMs: 2_000,
};
const workflowTaskTimeoutMs = 5_000;

export async function openRealWorld(cases: readonly RealCase[], progress: Progress): Promise<RealWorld> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const services = await sharedTestServices(progress);
    closers.push(() => services.stop());
    const database = await cloneDatabase(services.ownerUrl, { max: 10 });
    closers.push(() => database.drop());
    const temporal = {
      address: services.temporalAddress,
      namespace: await newNamespace(services.temporalAddress),
    };
    const runs = createRunClient({ ...temporal, store: database.store, workflowTaskTimeoutMs });
    closers.push(() => runs.close());

    const answerers = new Map<string, { answerer: Promise<Answerer>; come: (answerer: Answerer) => void }>();
    const answererOf = (runId: string) => {
      const known = answerers.get(runId);
      if (known !== undefined) return known;
      const { promise, resolve } = Promise.withResolvers<Answerer>();
      const coming = { answerer: promise, come: resolve };
      answerers.set(runId, coming);
      return coming;
    };
    const answer: Answerer = async (call) => (await answererOf(call.runId).answerer)(call);
    quietRuntime();
    const worker = await startRunWorker({
      temporal,
      databaseUrl: database.appUrl,
      dispatcherUrl: database.dispatcherUrl,
      reconcilerUrl: database.reconcilerUrl,
      registry: standInRegistry(actionsOf(cases), answer),
      bundle: await workflowBundle(),
      log: { info: () => {}, warn: (fields, message) => progress.say(`  ! ${message} ${JSON.stringify(fields)}`) },
      waits: { ...waits, workflowTaskTimeoutMs },
    });
    // A worker that fails for good leaves its runs open, and they are reported.
    worker.ended.catch(() => {});
    closers.push(() => worker.stop());
    return {
      store: database.store,
      runs,
      answerBy: (runId, answerer) => answererOf(runId).come(answerer),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function actionsOf(cases: readonly RealCase[]) {
  const actions = cases.flatMap(({ source }) => source.catalogue.actions);
  return [...new Map(actions.map((action) => [action.id, action])).values()].map(
    ({ id, effect, execution, batch, timeoutMs }) => ({ id, effect, execution, batch, timeoutMs }),
  );
}
