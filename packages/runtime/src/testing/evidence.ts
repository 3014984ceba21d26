import {
  inlineValueMaxBytes,
  isJsonObject,
  jsonBytes,
  stateHash,
  workflowIdOf,
  type Json,
  type JournalEntry,
  type RunState,
} from "@mainspring/core";
import {
  getRun,
  getVersion,
  journalOf,
  openStore,
  projectWholeRun,
  stepsOf,
  tasksOf,
  waitsOf,
  type RunRow,
  type StepRow,
  type Store,
  type TaskProjection,
  type TaskRow,
  type TenantDb,
  type WaitRow,
} from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { WorkflowBundle } from "@temporalio/worker";
import { chainOf, journalFromHistory } from "../rebuild/journal-from-history.ts";
import { stateAt } from "../rebuild/state-at.ts";
import { confirmRun } from "../reconciler/confirm.ts";
import { temporalClient, type TemporalPlace } from "../temporal/connect.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { isNotFound } from "../temporal/grpc.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { until } from "./until.ts";

/** What runs of one tenant left in Postgres and in Temporal, whichever processes performed them. */
export interface Evidence {
  /** The run once its end is confirmed. */
  ended(runId: string, withinMs?: number): Promise<RunRow>;
  run(runId: string): Promise<RunRow>;
  steps(runId: string): Promise<StepRow[]>;
  waits(runId: string): Promise<WaitRow[]>;
  tasks(runId: string): Promise<TaskRow[]>;
  journal(runId: string): Promise<JournalEntry[]>;
  /** Steps as `id[iteration] status`, in the order of their start. */
  trace(runId: string): Promise<string[]>;
  waiting(runId: string, withinMs?: number): Promise<void>;
  /** The state after entry `seq`, or the last one, folded from the journal's inputs. */
  stateAt(runId: string, seq?: number): Promise<RunState>;
  /** Fails unless the fold has the recorded hash, and journal and rows are those that history gives. */
  expectSound(runId: string): Promise<void>;
  /** History events of each execution in a run's chain, oldest first. */
  executionLengths(runId: string): Promise<number[]>;
  /** Whether Temporal knows an execution of the run. */
  hasExecution(runId: string): Promise<boolean>;
}

export interface EvidenceParts {
  readonly tenantId: string;
  readonly store: Store;
  readonly client: Client;
  readonly bundle: WorkflowBundle;
}

export function evidenceOf(parts: EvidenceParts): Evidence {
  const { tenantId, store, client, bundle } = parts;
  const inTenant = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> => store.tenant(tenantId, work);
  const evidence: Evidence = {
    ended: (runId, withinMs = 60_000) =>
      until(
        `run ${runId} ends`,
        async () => {
          const run = await evidence.run(runId);
          if (!["SUCCEEDED", "FAILED", "CANCELED"].includes(run.status)) return undefined;
          return (await confirmRun(parts, { tenantId, runId })) === "confirmed" ? evidence.run(runId) : undefined;
        },
        { withinMs },
      ),
    async run(runId) {
      const run = await inTenant((db) => getRun(db, runId));
      if (run === undefined) throw new Error(`There is no run ${runId}`);
      return run;
    },
    steps: (runId) => all((page) => inTenant((db) => stepsOf(db, runId, page))),
    waits: (runId) => all((page) => inTenant((db) => waitsOf(db, runId, page))),
    tasks: (runId) => inTenant((db) => tasksOf(db, runId)),
    journal: (runId) => inTenant((db) => journalOf(db, runId)),
    trace: async (runId) =>
      (await evidence.steps(runId)).map(
        ({ stepId, iteration, status }) =>
          `${stepId}${iteration.length === 0 ? "" : `[${iteration.join(",")}]`} ${status}`,
      ),
    waiting: async (runId, withinMs = 30_000) =>
      void (await until(
        `run ${runId} waits`,
        async () => ((await evidence.run(runId)).status === "WAITING" ? true : undefined),
        { withinMs },
      )),
    stateAt: (runId, seq) => stateAt(store, { tenantId, runId, ...(seq === undefined ? {} : { seq }) }),
    async expectSound(runId) {
      const [journal, run] = [await evidence.journal(runId), await evidence.run(runId)];
      if (journal.length !== run.journalSeq || journal.some((entry, i) => entry.seq !== i + 1))
        throw new Error(
          `The journal of ${runId} has holes: ${journal.map(({ seq }) => seq).join()} of ${run.journalSeq}`,
        );
      const state = await evidence.stateAt(runId);
      if (run.finalStateHash !== null && stateHash(state) !== run.finalStateHash)
        throw new Error(`The fold of ${runId} gives another state than the run recorded`);
      const rebuilt = await journalFromHistory({ client, bundle, dataConverter: dataConverter(store) }, runId);
      expectEqual("journal", rebuilt, journal);
      const projection = projectWholeRun(rebuilt.map((entry) => ({ seq: entry.seq, entry })) as never);
      const steps = await evidence.steps(runId);
      expectEqual("steps", projection.steps.map(stepFacts), steps.map(stepFacts));
      const waits = await evidence.waits(runId);
      expectEqual("waits", projection.waits.map(waitFacts), waits.map(waitFacts));
      expectEqual(
        "tasks",
        projection.tasks.map(projectedTask).sort(byId),
        (await evidence.tasks(runId)).map(taskFacts).sort(byId),
      );
      expectEqual("run", projection.run.status?.status, run.status);
      await expectWithinBounds(parts, run);
    },
    executionLengths: async (runId) => (await chainOf(client, runId)).map((history) => history.events?.length ?? 0),
    async hasExecution(runId) {
      try {
        await client.workflow.getHandle(workflowIdOf(runId)).describe();
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  };
  return evidence;
}

/**
 * A run of one execution writes no more history than publishing computed. What faults added does not count; a chain that tests force has more
 * than was foreseen.
 */
async function expectWithinBounds({ tenantId, store, client }: EvidenceParts, run: RunRow): Promise<void> {
  const version = await store.tenant(tenantId, (db) => getVersion(db, run.workflowKey, run.version ?? 0));
  const most =
    (version?.bounds as { readonly historyEvents?: number | null } | null | undefined)?.historyEvents ?? undefined;
  const chain = await chainOf(client, run.id);
  const events = chain[0]?.events ?? [];
  if (most === undefined || chain.length !== 1) return;
  const faults = events.filter(
    (event) => event.workflowTaskTimedOutEventAttributes ?? event.workflowTaskFailedEventAttributes,
  ).length;
  const foreign = events.filter(
    (event) => event.workflowExecutionSignaledEventAttributes ?? event.workflowExecutionCancelRequestedEventAttributes,
  ).length;
  const counted = events.length - 3 * faults - 4 * foreign;
  if (counted > most)
    throw new Error(`Run ${run.id} wrote ${counted} history events, and publishing computed at most ${most}`);
}

/** Of a stack that runs in processes of its own. @param place.databaseUrl as role `app` */
export async function openEvidence(place: {
  readonly databaseUrl: string;
  readonly temporal: TemporalPlace;
  readonly tenantId: string;
}): Promise<Evidence & { close(): Promise<void> }> {
  const store = openStore({ url: place.databaseUrl, max: 4 });
  const client = temporalClient(store, place.temporal);
  return {
    ...evidenceOf({ tenantId: place.tenantId, store, client, bundle: await workflowBundle() }),
    async close() {
      await client.connection.close();
      await store.close();
    },
  };
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null | undefined;
}

async function all<T>(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<PageOf<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

function stepFacts({
  stepId,
  stepPath,
  iteration,
  status,
}: Pick<StepRow, "stepId" | "stepPath" | "iteration" | "status">) {
  return { stepId, stepPath, iteration, status };
}

function waitFacts({ waitType, status }: { readonly waitType: string; readonly status: string }) {
  return { waitType, status };
}

/** All that the run decides of a task; who has claimed it is not the run's. */
function taskFacts(task: TaskRow) {
  const { workflow: _, claimedBy: __, claimedAt: ___, version: ____, runId: _____, status, ...facts } = task;
  return {
    ...facts,
    state: status === "CLAIMED" ? "OPEN" : status,
    answer: jsonBytes(facts.answer as Json) > inlineValueMaxBytes ? "large" : facts.answer,
  };
}

function projectedTask(projected: TaskProjection) {
  const { answerJson, execution: _, context, form, ...task } = projected;
  const answer = answerJson === null ? null : (JSON.parse(answerJson) as Json);
  const large = isJsonObject(answer) && "$stored" in answer;
  return { ...task, context: context ?? null, form: form ?? null, answer: large ? "large" : answer };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function expectEqual(what: string, expected: unknown, seen: unknown): void {
  const [a, b] = [JSON.stringify(sorted(expected)), JSON.stringify(sorted(seen))];
  if (a === b) return;
  const at = [...a].findIndex((character, i) => character !== b[i]);
  throw new Error(
    `The ${what} from history and the stored one differ at ${at}: ...${a.slice(Math.max(0, at - 150), at + 150)} | ...${b.slice(Math.max(0, at - 150), at + 150)}`,
  );
}

/** Keys in one order: a column of JSON may have another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
