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
import { childAnswer } from "./published.ts";
import type { RealCase } from "./real-scenarios.ts";

export type Answerer = (call: StoodInCall) => Promise<StoodInAnswer>;

export type AnsweringScenario = {
  owns(runId: string): Promise<boolean>;
  answer: Answerer;
};

export type RealWorld = {
  store: Store;
  runs: Runs;
  /** Calls of the runs of one scenario are answered by it. */
  answerFor(scenario: AnsweringScenario): void;
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

    const scenarios: AnsweringScenario[] = [];
    const byRun = new Map<string, AnsweringScenario>();
    const ownerOf = async (runId: string): Promise<AnsweringScenario> => {
      const known = byRun.get(runId);
      if (known !== undefined) return known;
      for (const scenario of scenarios) {
        if (!(await scenario.owns(runId))) continue;
        byRun.set(runId, scenario);
        return scenario;
      }
      throw new Error(`no scenario has the run ${runId}`);
    };
    const answer: Answerer = async (call) => (await ownerOf(call.runId)).answer(call);
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
      answerFor: (scenario) => void scenarios.push(scenario),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function actionsOf(cases: readonly RealCase[]) {
  const actions = [childAnswer, ...cases.flatMap(({ source }) => source.catalogue.actions)];
  return [...new Map(actions.map((action) => [action.id, action])).values()].map(
    ({ id, effect, execution, batch, timeoutMs }) => ({ id, effect, execution, batch, timeoutMs }),
  );
}
