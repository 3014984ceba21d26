import { canonicalHash, showState, stateHash } from "@mainspring/core";
import type { RunState } from "@mainspring/core";
import { asOwner } from "@mainspring/store/testing";
import type { Payload } from "@temporalio/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { rebuildRun } from "../rebuild/rebuild-run.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { newWorld, type World } from "../testing/world.ts";
import { runMoment } from "./run-moment.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  // Every few steps an execution hands its state to the next one: history then holds what the run's state was.
  await world.startWorker({ bounds: { steps: 3, remoteSteps: 2 } });
  await world.publish({
    workflow: "eventful",
    steps: [
      { id: "mark", type: "state.set", state: "BEGUN" },
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "payload.items" },
        body: [
          { id: "add", type: "transform.assign", assign: { "vars.sum": { $expr: "(vars.sum ?? 0) + item.n" } } },
          { id: "stamp", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "stamp" },
          {
            id: "odd",
            type: "control.if",
            condition: { $expr: "item.n % 2 = 1" },
            then: [{ id: "nap", type: "time.wait", durationMs: 5 }],
            else: [
              {
                id: "note",
                type: "transform.assign",
                assign: { "payload.seen": { $expr: "item" }, "vars.even": true },
              },
            ],
          },
        ],
        collect: { value: { $expr: "item.text & item.n" }, saveAs: "texts" },
      },
      { id: "done", type: "control.return", output: { sum: { $expr: "vars.sum" } } },
    ],
  });
});
afterAll(() => world?.close());

interface Recorded {
  /** Of the last entry before the state was recorded. */
  readonly seq: number;
  readonly state: RunState;
}

/** The states that the run's executions handed on, as history has them. */
async function recordedStates(runId: string): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for (const history of (await chainOf(world.client, runId)).slice(1)) {
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    const checkpoint = (await decoded(started?.input?.payloads ?? []))[2] as { readonly state: RunState };
    found.push({ seq: checkpoint.state.nextSeq - 1, state: checkpoint.state });
  }
  return found;
}

async function decoded(payloads: readonly Payload[]): Promise<unknown[]> {
  const { payloadCodecs, payloadConverter } = world.client.options.loadedDataConverter;
  let plain = [...payloads];
  for (const codec of [...payloadCodecs].reverse()) plain = await codec.decode(plain);
  return plain.map((payload) => payloadConverter.fromPayload(payload));
}

/** The same on every machine, and reported when it fails. */
function chosen<T>(items: readonly T[], count: number, seed: number): T[] {
  const left = [...items];
  const taken: T[] = [];
  let state = seed;
  while (taken.length < count && left.length > 0) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    taken.push(...left.splice(state % left.length, 1));
  }
  return taken;
}

const momentOf = (runId: string, seq: number) => runMoment(world.store, { tenantId: world.tenantId, runId, seq });

test("[TTR-01] a past moment equals the state that the run recorded then, and is the same with its rows dropped and rebuilt, at 100 random points", async () => {
  const items = Array.from({ length: 14 }, (_, i) => ({ n: i, text: "x".repeat(i * 100) }));
  const runId = await world.start("eventful", { items, filler: "y".repeat(2_000) });
  expect((await world.ended(runId, 120_000)).status).toBe("SUCCEEDED");
  const recorded = await recordedStates(runId);
  expect(recorded.length).toBeGreaterThanOrEqual(5);
  const compare = async (): Promise<void> => {
    for (const { seq, state } of recorded)
      expect(canonicalHash((await momentOf(runId, seq)).state), `entry ${seq}`).toBe(canonicalHash(state));
  };
  await compare();

  const seed = 20_261_124;
  const seqs = chosen(
    (await world.journal(runId)).map(({ seq }) => seq),
    100,
    seed,
  );
  expect(seqs).toHaveLength(100);
  const moments = async (): Promise<unknown[]> => {
    const shown = [];
    for (const seq of seqs) {
      const { at, span, state, changes } = await momentOf(runId, seq);
      shown.push({ seq, at, span, hash: stateHash(state), shown: showState(state), changes });
    }
    return shown;
  };
  const before = await moments();
  for (const table of ["workflow_run_journal", "workflow_run_steps", "workflow_run_waits"])
    await asOwner(world.database, `delete from ${table} where run_id = $1`, [runId]);
  await expect(momentOf(runId, 1)).rejects.toMatchObject({ code: "ENTRY_NOT_FOUND" });
  await rebuildRun(
    { store: world.store, client: world.client, bundle: world.bundle, dataConverter: dataConverter(world.store) },
    { tenantId: world.tenantId, runId },
  );
  await compare();
  expect(await moments(), `seed ${seed}`).toEqual(before);
}, 240_000);

test("[TTR-01] every entry of a run can be looked at: what it changed, where the run stood, and what it waited for", async () => {
  await world.publish({
    workflow: "small",
    steps: [
      { id: "one", type: "transform.assign", assign: { "vars.n": 1, "vars.list": ["a"] } },
      { id: "two", type: "transform.assign", assign: { "vars.n": { $expr: "vars.n + 1" } } },
      { id: "wait", type: "event.wait", event: "small.go", correlationKey: "s-1", timeoutMs: 60_000, saveAs: "came" },
      {
        id: "both",
        type: "control.parallel",
        branches: [
          { id: "x", steps: [{ id: "in-x", type: "time.wait", durationMs: 5 }] },
          { id: "y", steps: [{ id: "in-y", type: "transform.assign", assign: { "payload.y": true } }] },
        ],
      },
      { id: "done", type: "control.return", output: { $expr: "vars.n" } },
    ],
  });
  const runId = await world.start("small", { p: 1 });
  await world.waiting(runId);
  await world.event({ name: "small.go", correlationKey: "s-1", payload: { more: 40 } });
  await world.ended(runId);
  const journal = await world.journal(runId);
  const seqOf = (stepId: string, status: string): number =>
    journal.find((entry) => entry.kind === "step" && entry.stepId === stepId && entry.status === status)?.seq ?? 0;

  const one = await momentOf(runId, seqOf("one", "SUCCEEDED"));
  expect([one.state.vars, one.changes]).toEqual([
    { n: 1, list: ["a"] },
    [
      { scope: "vars", pointer: "/list", kind: "added", after: ["a"] },
      { scope: "vars", pointer: "/n", kind: "added", after: 1 },
    ],
  ]);
  // The next step was made in the same go, and has its own moment.
  const two = await momentOf(runId, seqOf("two", "SUCCEEDED"));
  expect(two.changes).toEqual([{ scope: "vars", pointer: "/n", kind: "changed", before: 1, after: 2 }]);
  expect(two.span.from).toBeGreaterThan(one.span.to);

  const waiting = showState((await momentOf(runId, seqOf("wait", "WAITING"))).state);
  expect(waiting).toMatchObject({ status: "WAITING", scopes: { vars: { n: 2 }, payload: { p: 1 } } });
  expect(waiting.waits).toMatchObject([{ waitType: "event", event: "small.go", key: "s-1", stepId: "wait" }]);
  expect(waiting.waits[0]?.until).toBe((await world.waits(runId))[0]?.timeoutAt);
  expect(waiting.frames).toMatchObject([
    {
      fiber: 0,
      frames: [
        { kind: "sequence", path: "root.steps" },
        { kind: "step", stepId: "wait" },
      ],
    },
  ]);

  const came = await momentOf(runId, seqOf("wait", "SUCCEEDED"));
  expect(came.changes).toContainEqual({ scope: "vars", pointer: "/came", kind: "added", after: { more: 40 } });
  const branches = showState((await momentOf(runId, seqOf("in-y", "SUCCEEDED"))).state);
  expect(branches.frames.map(({ branch }) => branch)).toEqual([undefined, "x"]);
  expect(branches.scopes.payload).toEqual({ p: 1, y: true });

  for (const { seq, at } of journal) {
    const moment = await momentOf(runId, seq);
    expect([moment.at, moment.entry.seq, moment.lastSeq]).toEqual([at, seq, journal.length]);
    expect(moment.span.from <= seq && seq <= moment.span.to).toBe(true);
  }
  const run = await world.run(runId);
  expect(stateHash((await momentOf(runId, journal.length)).state)).toBe(run.finalStateHash);
  await expect(momentOf(runId, journal.length + 1)).rejects.toMatchObject({ code: "ENTRY_NOT_FOUND" });
  await expect(momentOf("01a21672-4b9c-7741-9758-a6155c90a633", 1)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  await asOwner(world.database, "delete from workflow_run_journal where run_id = $1 and seq = 3", [runId]);
  await expect(momentOf(runId, 5)).rejects.toMatchObject({ code: "JOURNAL_INCOMPLETE" });
});
