import { expect, test } from "vitest";
import { canonicalHash } from "../canonical/canonical-hash.ts";
import { foldBefore, foldJournal } from "../journal/fold.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import { inbound, startContext } from "../testing/world.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import { restart, resume, start } from "./interpret.ts";
import { stateHash } from "./machine.ts";
import { restartMisfits } from "./restart.ts";
import type {
  Command,
  JournalEntry,
  RestartOrigin,
  RunEvent,
  RunState,
  StartContext,
  Transition,
} from "./transition.ts";

const call = (id: string, input: Json, more: object = {}): { id: string; type: string } => ({
  id,
  type: "action.call",
  ...{ action: "test.act@1", input, saveAs: `vars.${id}` },
  ...more,
});
const program = buildProgram([
  { id: "first", type: "transform.assign", assign: { "vars.n": 1 } },
  { id: "second", type: "transform.assign", assign: { "vars.n": x("vars.n + 1") } },
  call("before", x("vars.n")),
  {
    id: "saga",
    type: "control.saga",
    body: [
      call("booked", "booked", { compensate: [call("unbook", x("vars.booked"))] }),
      {
        id: "both",
        type: "control.parallel",
        branches: [
          {
            id: "one",
            steps: [call("left", "l"), { id: "nap", type: "time.wait", durationMs: 5_000 }, call("left2", "l2")],
          },
          {
            id: "two",
            steps: [
              {
                id: "hear",
                type: "event.wait",
                event: "go",
                correlationKey: "k",
                timeoutMs: 60_000,
                saveAs: "vars.heard",
              },
              call("right", x("vars.heard.n")),
            ],
          },
        ],
      },
      {
        id: "items",
        type: "control.forEach",
        items: [1, 2, 3],
        concurrency: 2,
        body: [
          call("each", x("item")),
          { id: "keep", type: "transform.assign", assign: { "vars.kept": x("vars.each") } },
        ],
        collect: { value: x("vars.kept"), saveAs: "vars.all" },
      },
      { id: "each2", type: "control.forEach", items: [1, 2], body: [call("inner", x("item * 10"))] },
    ],
  },
  { id: "set", type: "state.set", state: "NEARLY" },
  call("last", x("vars.all")),
  {
    id: "done",
    type: "control.return",
    output: x('{"n": vars.n, "all": vars.all, "heard": vars.heard, "right": vars.right, "last": vars.last}'),
  },
]);

const blobs = new Map<string, Json>();
const refer = (state: RunState): RestartOrigin["reference"] => {
  const value = JSON.parse(JSON.stringify(state)) as Json;
  const hash = canonicalHash(value);
  blobs.set(hash, value);
  return { hash, bytes: 9_999 };
};
const resolve = ({ hash }: { readonly hash: string }): Json => blobs.get(hash) as Json;

interface Ran {
  readonly journal: JournalEntry[];
  readonly state: RunState;
  readonly calls: Json[];
  readonly commands: Command[];
}

/** Answers whatever is commanded, actions with their input, waits with one event, timers when nothing else is left. */
function drive(first: Transition, nowMs: number): Ran {
  const journal = [...first.journal];
  const calls: Json[] = [];
  const commands: Command[] = [...first.commands];
  let { state } = first;
  let turn = 2;
  let atMs = nowMs;
  const queue = [...first.commands];
  const feed = (event: Omit<Extract<RunEvent, { kind: "actionSucceeded" }>, "now" | "turn"> | object): void => {
    const transition = resume(program, state, { ...event, now: instantFromMs(atMs), turn: turn++ } as RunEvent);
    ({ state } = transition);
    journal.push(...transition.journal);
    queue.push(...transition.commands);
    commands.push(...transition.commands);
  };
  const timers: Extract<Command, { kind: "startTimer" }>[] = [];
  for (let i = 0; i < 200 && state.outcome === undefined; i += 1) {
    const command = queue.shift();
    atMs += 10;
    if (command?.kind === "callAction") {
      calls.push([command.place.stepPath, [...command.place.iteration], command.input]);
      feed({ kind: "actionSucceeded", id: command.id, output: command.input, attempt: 1 });
    } else if (command?.kind === "openWait") {
      feed({
        kind: "waitOpened",
        id: command.id,
        candidates: [
          inbound({ id: "e1", name: "go", correlationKey: "k", payload: { n: 7 }, inbox: true }, instantFromMs(atMs)),
        ],
      });
    } else if (command?.kind === "startTimer") timers.push(command);
    else if (command === undefined) {
      const timer = timers.shift();
      if (timer !== undefined) feed({ kind: "timerFired", id: timer.id });
    }
  }
  return { journal, state, calls, commands };
}

const originMs = instantMs("2031-01-01T00:00:00.000Z");
const origin = drive(start(program, null, startContext(program)), originMs);
const context: StartContext = {
  ...startContext(program),
  runId: "0195d9a0-0000-7000-8000-000000000002",
  startedAt: "2031-02-01T00:00:00.000Z",
  now: "2031-02-01T00:00:00.000Z",
};
const begins = origin.journal.filter((entry) => entry.kind === "step" && entry.execution === entry.seq);

function restartAt(seq: number): { from: RestartOrigin; state: RunState; first: Transition } {
  const state = foldBefore(program, origin.journal, resolve, seq) as RunState;
  const at = (origin.journal.find((entry) => entry.seq === seq) as JournalEntry).at;
  const from: RestartOrigin = { runId: "origin", seq, at, reference: refer(state) };
  return { from, state, first: restart(program, resolve(from.reference) as unknown as RunState, context, from) };
}

test("[RST-01] from every step that began, a new run begins in the state before it and comes to the same end", () => {
  expect(origin.state.outcome).toMatchObject({ status: "succeeded" });
  expect(begins.length).toBeGreaterThan(20);
  for (const entry of begins) {
    if (entry.kind !== "step") continue;
    const { first } = restartAt(entry.seq);
    const { journal, state, calls } = drive(first, instantMs(context.now));
    const where = `${entry.stepPath}[${entry.iteration.join()}]`;
    expect(state.outcome, where).toEqual(origin.state.outcome);
    expect(state.state, where).toBe("NEARLY");
    // The step itself is the first that begins and was not under way.
    const began = journal.filter((one) => one.kind === "step" && one.execution === one.seq);
    expect(
      began.map((one) => (one.kind === "step" ? `${one.stepPath}[${one.iteration.join()}]` : "")),
      where,
    ).toContain(where);
    expect(
      journal.map(({ seq }) => seq),
      where,
    ).toEqual(journal.map((_, i) => i + 1));
    const known = new Set(began.map(({ seq }) => seq));
    for (const one of journal)
      if ("execution" in one) expect(known.has(one.execution), `${where}: entry ${one.seq}`).toBe(true);
    // What was called before that step was called is not called again.
    expect(new Set(calls.map((one) => JSON.stringify(one))).size, where).toBe(calls.length);
    expect(origin.calls, where).toEqual(expect.arrayContaining(calls));
    const folded = foldJournal(program, JSON.parse(JSON.stringify(journal)) as JournalEntry[], resolve);
    expect(folded, where).toStrictEqual(state);
    expect(journal.at(-1), where).toMatchObject({ data: { stateHash: stateHash(folded) } });
  }
});

test("[RST-01] pure steps of one transition are told apart: the state is that before the step, not after its transition", () => {
  const second = begins.find((entry) => entry.kind === "step" && entry.stepId === "second") as JournalEntry;
  expect(restartAt(second.seq).state.vars).toEqual({ n: 1 });
  expect(foldBefore(program, origin.journal, resolve, second.seq + 1)).toBeUndefined();
  expect(foldBefore(program, origin.journal, resolve, 1)).toBeUndefined();
});

test("[RST-01] what waits in another branch goes on waiting for the rest of its time, and is told as begun", () => {
  const right = begins.find((entry) => entry.kind === "step" && entry.stepId === "right") as JournalEntry;
  const { from, first, state } = restartAt(right.seq);
  const nap = state.open.find(({ command }) => command.kind === "startTimer");
  const dueMs =
    nap?.command.kind === "startTimer" && "dueAt" in nap.command.when ? instantMs(nap.command.when.dueAt) : 0;
  const timer = first.commands.find((command) => command.kind === "startTimer");
  expect(timer).toMatchObject({
    when: { dueAt: instantFromMs(instantMs(context.now) + dueMs - instantMs(from.at)) },
  });
  expect(first.journal).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "step", stepId: "nap", status: "RUNNING" }),
      expect.objectContaining({ kind: "wait", waitType: "time", status: "WAITING" }),
    ]),
  );
});

test("[RST-01] a run can be restarted from a step of a restarted run, but not from one that only went on there", () => {
  const last = begins.find((entry) => entry.kind === "step" && entry.stepId === "right") as JournalEntry;
  const { journal } = drive(restartAt(last.seq).first, instantMs(context.now));
  const inner = journal.find(
    (entry) => entry.kind === "step" && entry.stepId === "last" && entry.execution === entry.seq,
  );
  expect(foldBefore(program, journal, resolve, inner?.seq ?? 0)?.vars).toMatchObject({ all: [1, 2, 3] });
  const saga = journal.find((entry) => entry.kind === "step" && entry.stepId === "saga");
  expect(foldBefore(program, journal, resolve, saga?.seq ?? 0)).toBeUndefined();
});

test("[RST-01] another version fits only when the steps of the stack stand where they stood", () => {
  const inner = begins.findLast((entry) => entry.kind === "step" && entry.stepId === "inner") as JournalEntry;
  const step = { stepId: "inner", stepPath: "root.steps[3].body.steps[3].body.steps[0]" };
  const { state } = restartAt(inner.seq);
  expect(restartMisfits(program, state, step)).toEqual([]);
  expect(restartMisfits({ ...program, steps: program.steps.slice(0, 3) }, state, step)).toContain("root.steps[3]");
});

test("[RST-01] a state that no interpreter of today can read ends the new run, and says so", () => {
  const { from, state } = restartAt(begins[0]?.seq ?? 0);
  const broken = restart(program, { ...state, format: 2 } as unknown as RunState, context, from);
  expect(broken.outcome).toMatchObject({ status: "failed", error: { category: "InterpreterCorruption" } });
  expect(broken.journal[0]).toMatchObject({ seq: 1, kind: "input", data: { kind: "restart" } });
});
