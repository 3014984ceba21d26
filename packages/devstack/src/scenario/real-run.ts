// One scenario on Temporal: its run is started, told what comes from outside, and compared.
import { createHash } from "node:crypto";
import { checkExpectation, traceOf } from "@mainspring/core";
import type {
  Expectation,
  Json,
  Moment,
  Outcome,
  Reached,
  RunError,
  ScenarioFailure,
  StepStatus,
  TraceStep,
} from "@mainspring/core";
import { stateAt } from "@mainspring/runtime/worker";
import { acceptEvent, getEvent, getRun, listRuns, stepsOf, waitsOf } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import { waitUntil } from "../wait-until.ts";
import { expectationOf, withoutStandIns, worldless } from "./comparable.ts";
import { mockedCalls, type CallingRun, type MockedCalls } from "./mocked-calls.ts";
import { publishedFor, standInStepId } from "./published.ts";
import { giveAnswer } from "./real-answers.ts";
import type { RealCase, RealResult } from "./real-scenarios.ts";
import type { RealWorld } from "./real-world.ts";

/** Nothing that a scenario of this kind waits for takes longer. */
const progressWithinMs = 30_000;
const ended: readonly string[] = ["SUCCEEDED", "FAILED", "CANCELED"];

export async function realRun(world: RealWorld, one: RealCase): Promise<RealResult> {
  const startedMs = performance.now();
  const run = new RealRun(world, one);
  let failures: readonly ScenarioFailure[];
  try {
    failures = await run.go();
  } catch (error) {
    failures = [{ path: "", message: `On Temporal: ${error instanceof Error ? error.message : String(error)}` }];
  }
  return { failures, durationMs: performance.now() - startedMs };
}

class RealRun {
  readonly #world: RealWorld;
  readonly #one: RealCase;
  readonly #calls: MockedCalls;
  /** Ids of this world, and what they are on the virtual clock. */
  readonly #ids = new Map<string, string>();
  readonly #refusals: ScenarioFailure[] = [];
  #tenantId = "";
  #runId = "";

  constructor(world: RealWorld, one: RealCase) {
    this.#world = world;
    this.#one = one;
    this.#calls = mockedCalls(one, (runId) => this.#callingRun(runId));
  }

  async go(): Promise<readonly ScenarioFailure[]> {
    const { scenario, virtual, program } = this.#one;
    this.#tenantId = await publishedFor(this.#world.store, this.#one);
    this.#ids.set(this.#tenantId, "scenario");
    this.#world.answerFor({
      owns: async (runId) => (await this.#rowOf(runId)) !== undefined,
      answer: this.#calls.answer,
    });
    const outside = virtual.outside.map((one) => ({ ...one, event: eventIndex(one.path) }));
    const early = outside.filter(({ event }) => event !== undefined && isBefore(scenario.events[event]?.at));
    for (const { event } of early) await this.#send(event as number);

    const [first] = virtual.journal;
    const payload = first?.kind === "input" && first.data.kind === "start" ? (first.data.payload ?? null) : null;
    const tenantId = this.#tenantId;
    const started = await this.#world.runs.start({
      tenantId,
      workflowKey: program.workflow,
      payload,
      startedBy: "scenario",
    });
    this.#runId = started.runId;
    this.#ids.set(started.runId, "run-1");

    for (const one of outside.filter((each) => !early.includes(each))) {
      await this.#comesTo(traceOf(virtual.journal.slice(0, one.entries)), `${one.path} comes`);
      // Of the runs that it called, the calls tell how far they are.
      await this.#until(`${one.path} comes`, async () => this.#calls.effects.length >= one.effects);
      if (one.event !== undefined) await this.#send(one.event);
      else if (one.path.startsWith("/answers/")) await this.#answer(one.path, one.entries);
      else if (one.path === "/cancelAt")
        await this.#world.runs.cancel({ tenantId, runId: this.#runId, by: "scenario" });
    }
    if (virtual.outcome === undefined) await this.#comesTo(virtual.trace, "it waits for ever");
    else {
      await this.#until("it ends", async () => ended.includes((await this.#row()).status));
      // A run that was called and is cancelled with its caller undoes by itself, and may end later.
      await this.#until("what it called ends", async () =>
        (await this.#runs()).every(({ status }) => ended.includes(status)),
      );
    }
    return this.#compared();
  }

  async #compared(): Promise<readonly ScenarioFailure[]> {
    const { scenario, virtual } = this.#one;
    const reached = await this.#reached();
    const { tookMs: _, ...expect } = withoutKeys(scenario.expect);
    const asExpected = checkExpectation(worldless(expect), reached);
    const asVirtual = checkExpectation(worldless(expectationOf(virtual, Object.keys(reached.vars))), reached);
    return [
      ...this.#calls.failures,
      ...this.#refusals,
      ...asExpected,
      // Only a virtual clock tells how long it would have taken.
      ...virtual.failures.filter(({ path }) => path === "/expect/took"),
      ...asVirtual.map(({ path, message, ...more }) => ({
        path: "",
        message: `Unlike on the virtual clock (${path.slice("/expect".length)}): ${message}`,
        ...more,
      })),
    ];
  }

  async #reached(): Promise<Reached> {
    const { program, scenario } = this.#one;
    await this.#nameChildren();
    const row = await this.#row();
    const state = await stateAt(this.#world.store, { tenantId: this.#tenantId, runId: this.#runId });
    const outcome = outcomeOf(row);
    const waits = state.open.flatMap(({ command }) =>
      command.kind === "openWait" ? [`the event ${command.event} with the key ${command.key}`] : [],
    );
    const called = Object.values(scenario.workflows).flatMap((one) => one.program ?? []);
    return {
      ...worldless(
        withoutStandIns(
          {
            trace: await this.#trace(),
            effects: this.#calls.effects,
            vars: state.vars,
            state: (row.state ?? null) as Json,
            ...(outcome === undefined ? {} : { outcome }),
          },
          standInStepId,
        ),
        this.#ids,
      ),
      waitsFor: waits.length === 0 ? "nothing" : waits.join(", and "),
      notTaken: "",
      tookMs: 0,
      programs: { main: program, called },
    } as Reached;
  }

  /** Through the inbox, as from a producer; done once it has been routed, so that the next one comes after it. */
  async #send(index: number): Promise<void> {
    const event = this.#one.scenario.events[index];
    if (event === undefined) return;
    const { name, key, payload, source = "default", id } = event;
    const eventId = id ?? `event-${index + 1}`;
    const bodyHash = createHash("sha256")
      .update(JSON.stringify([name, key, payload]))
      .digest("hex");
    const more = { correlationKey: key, correlationHow: "explicit" };
    const accepted = await this.#inTenant((db) =>
      acceptEvent(db, { source, eventId, name, payload, bodyHash, ...more }),
    );
    if (accepted.result === "accepted")
      this.#ids.set(accepted.id, id === undefined || event.source === undefined ? eventId : `${source}/${id}`);
    await this.#until(`the event ${name} is routed`, async () => {
      const row = await this.#inTenant((db) => getEvent(db, accepted.id));
      return row?.state === "completed";
    });
  }

  async #answer(path: string, entries: number): Promise<void> {
    const answer = this.#one.scenario.answers[Number(path.slice("/answers/".length))];
    if (answer === undefined) return;
    const { store, runs } = this.#world;
    const until = (what: string, condition: () => Promise<boolean>): Promise<void> => this.#until(what, condition);
    const answering = { store, runs, tenantId: this.#tenantId, until };
    const failure = await giveAnswer(answering, answer, path, this.#one.virtual.journal.slice(0, entries));
    if (failure !== undefined) this.#refusals.push(failure);
  }

  async #comesTo(place: readonly TraceStep[], what: string): Promise<void> {
    await this.#until(what, async () => isAsFar(await this.#trace(), place));
  }

  /** @throws Error that says how far the run came */
  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    if (await waitUntil(condition, { deadlineMs: progressWithinMs, everyMs: 30 })) return;
    const trace = this.#runId === "" ? [] : await this.#trace();
    const steps = trace
      .slice(-20)
      .map(({ stepId, iteration, status }) => `${[stepId, ...iteration].join(".")} ${status}`)
      .join(", ");
    throw new Error(`the run did not come so far that ${what}, in ${progressWithinMs / 1_000} s. It has: ${steps}`);
  }

  async #trace(): Promise<TraceStep[]> {
    const trace: TraceStep[] = [];
    for (let cursor: string | undefined; ;) {
      const request = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#inTenant((db) => stepsOf(db, this.#runId, request));
      for (const { stepId, iteration, status, attempt } of page.items)
        trace.push({ stepId, iteration, status: status as StepStatus, attempt });
      cursor = page.nextCursor ?? undefined;
      if (cursor === undefined) return trace;
    }
  }

  async #row() {
    const row = await this.#rowOf(this.#runId);
    if (row === undefined) throw new Error(`there is no run ${this.#runId}`);
    return row;
  }

  #rowOf(runId: string) {
    return this.#inTenant((db) => getRun(db, runId));
  }

  async #callingRun(runId: string): Promise<CallingRun> {
    const row = await this.#rowOf(runId);
    if (row === undefined) throw new Error(`there is no run ${runId}`);
    const { workflowKey: workflow, input, parentRunId, triggerMetadata } = row;
    const call = parentRunId === null ? {} : { call: triggerMetadata as NonNullable<CallingRun["call"]> };
    return { workflow, input: input as Json, ...call };
  }

  /** This run and those that it called, the newest first. */
  async #runs() {
    const { items } = await this.#inTenant((db) => listRuns(db, {}, { limit: 200 }));
    return items;
  }

  /** On the virtual clock runs are counted in the order of their start, and stand-ins are called by the command that asked for them. */
  async #nameChildren(): Promise<void> {
    let count = 1;
    for (const { id, parentRunId, workflowKey } of (await this.#runs()).toReversed()) {
      if (parentRunId === null) continue;
      if (this.#one.scenario.workflows[workflowKey]?.mock === undefined) {
        this.#ids.set(id, `run-${++count}`);
        continue;
      }
      const waits = await this.#inTenant((db) => waitsOf(db, parentRunId, { limit: 200 }));
      const wait = waits.items.find(({ key }) => key === id);
      if (wait !== undefined) this.#ids.set(id, `mock-${wait.waitId}`);
    }
  }

  #inTenant<Of>(work: (db: TenantDb) => Promise<Of>): Promise<Of> {
    return this.#world.store.tenant(this.#tenantId, work);
  }
}

function outcomeOf(row: { status: string; output: unknown; error: unknown }): Outcome | undefined {
  switch (row.status) {
    case "SUCCEEDED":
      return { status: "succeeded", output: (row.output ?? null) as Json };
    case "FAILED":
      return { status: "failed", error: row.error as RunError };
    case "CANCELED":
      return { status: "canceled", error: row.error as RunError };
    default:
      return undefined;
  }
}

function eventIndex(path: string): number | undefined {
  const [, index] = /^\/events\/(\d+)$/.exec(path) ?? [];
  return index === undefined ? undefined : Number(index);
}

function isBefore(moment: Moment | undefined): boolean {
  return moment !== undefined && "ms" in moment && moment.ms < 0;
}

const openStatuses: readonly string[] = ["RUNNING", "RETRYING", "WAITING"];

/** Whether each of these step executions has come at least as far. */
function isAsFar(seen: readonly TraceStep[], place: readonly TraceStep[]): boolean {
  const left = [...seen];
  return place.every(({ stepId, iteration, status }) => {
    const at = left.findIndex((step) => step.stepId === stepId && step.iteration.join() === iteration.join());
    const [step] = at < 0 ? [] : left.splice(at, 1);
    if (step === undefined) return false;
    if (status === "RUNNING") return true;
    return status === step.status || !openStatuses.includes(step.status);
  });
}

/** What reaches an action on Temporal is a hash of the authored key and of whose it is. */
function withoutKeys(expectation: Expectation): Expectation {
  if (expectation.effects === undefined) return expectation;
  const effects = expectation.effects.map((effect) => {
    const { key: _, ...others } = effect;
    return others;
  });
  return { ...expectation, effects };
}
