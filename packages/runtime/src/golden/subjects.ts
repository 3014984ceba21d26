import type { Json } from "@mainspring/core";

/** Steps that come to one outcome of one step type, and what the world does meanwhile. */
export interface Subject {
  readonly type: string;
  readonly outcome: string;
  /** Only under semantics 2. */
  readonly since2?: true;
  readonly steps: readonly object[];
  /** Payload of the events `gold.event` that are sent for each wait that opens, one after another. */
  readonly events?: readonly Json[];
  /** The event is there before its wait. */
  readonly early?: true;
  /** What each task that opens is answered. */
  readonly answer?: Json;
  /** Cancelled once this step is under way. */
  readonly cancelAt?: string;
  /** The run fails or is cancelled: nothing comes behind it. */
  readonly ends?: true;
}

const expr = (source: string): object => ({ $expr: source });
const far = (id: string, input: object = {}, more: object = {}): object => ({
  id,
  type: "action.call",
  action: "gold.far@1",
  input,
  ...more,
});
const near = (id: string, input: object = {}, more: object = {}): object => ({
  ...far(id, input, more),
  action: "gold.near@1",
});
const assign = (id: string, source: string): object => ({
  id,
  type: "transform.assign",
  assign: { [`vars.${id}`]: expr(source) },
});
const raise = (id: string): object => ({ id, type: "control.raise", code: "GOLD", message: "As told" });
const wait = (id: string, more: object = {}): object => ({
  id,
  type: "event.wait",
  event: "gold.event",
  correlationKey: expr("payload.run"),
  saveAs: "event1",
  ...more,
});
const nap = (id: string, durationMs: number): object => ({ id, type: "time.wait", durationMs });
const retry = { maxAttempts: 3, backoffMs: 10, backoffMultiplier: 1 };
const long = 600_000;

const actionCalls: readonly Subject[] = [
  {
    type: "action.call",
    outcome: "succeeds",
    steps: [far("a", { say: 1 }, { saveAs: "x" }), assign("y", "vars.x.said + 1")],
  },
  { type: "action.call", outcome: "fails", steps: [far("a", { failing: 9, category: "ActionError" })], ends: true },
  { type: "action.call", outcome: "succeeds at the third try", steps: [far("a", { failing: 2 }, { retry })] },
  { type: "action.call", outcome: "uses up its tries", steps: [far("a", { failing: 9 }, { retry })], ends: true },
  {
    type: "action.call",
    outcome: "fails and the run goes on",
    steps: [
      far("a", { failing: 9 }, { onError: { policy: "continue", captureErrorAs: "e" } }),
      assign("code", "vars.e.code"),
    ],
  },
  {
    type: "action.call",
    outcome: "takes too long",
    steps: [far("a", { never: true }, { timeoutMs: 150 })],
    ends: true,
  },
  {
    type: "action.call",
    outcome: "has an authored key",
    steps: [far("a", { say: 2 }, { idempotencyKey: expr("payload.run") })],
  },
  {
    type: "action.call",
    outcome: "has an input that cannot be computed",
    steps: [far("a", { say: expr('$number("x")') })],
    ends: true,
  },
  { type: "action.call", outcome: "is cancelled", steps: [far("a", { never: true })], cancelAt: "a", ends: true },
  {
    type: "action.call",
    outcome: "local, succeeds",
    steps: [near("a", { say: 3 }, { saveAs: "x" }), near("b", { say: expr("vars.x.said") })],
  },
  {
    type: "action.call",
    outcome: "local, fails",
    steps: [near("a", { failing: 9, category: "ActionError" })],
    ends: true,
  },
  { type: "action.call", outcome: "local, succeeds at the third try", steps: [near("a", { failing: 2 }, { retry })] },
  { type: "action.call", outcome: "is disabled", steps: [{ ...far("a"), disabled: true }, assign("y", "1")] },
];

const values: readonly Subject[] = [
  { type: "transform.assign", outcome: "succeeds", steps: [assign("a", "payload.n * 2"), assign("b", "vars.a + 1")] },
  { type: "transform.assign", outcome: "fails", steps: [assign("a", '$number("x")')], ends: true },
  { type: "state.set", outcome: "succeeds", steps: [{ id: "s", type: "state.set", state: expr('"at-" & payload.n') }] },
  {
    type: "state.set",
    outcome: "fails",
    steps: [{ id: "s", type: "state.set", state: expr('$number("x")') }],
    ends: true,
  },
  {
    type: "control.return",
    outcome: "ends the run",
    steps: [{ id: "r", type: "control.return", output: expr("payload.n") }],
    ends: true,
  },
  {
    type: "control.return",
    outcome: "ends the run from within",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: [1, 2, 3],
        body: [
          {
            id: "if",
            type: "control.if",
            condition: expr("item = 2"),
            then: [{ id: "r", type: "control.return", output: expr("item") }],
          },
        ],
      },
    ],
    ends: true,
  },
  { type: "control.raise", outcome: "fails the run", since2: true, steps: [raise("raise")], ends: true },
];

const choices: readonly Subject[] = [
  {
    type: "control.if",
    outcome: "goes one way",
    steps: [{ id: "if", type: "control.if", condition: expr("payload.n = 7"), then: [far("t")], else: [far("e")] }],
  },
  {
    type: "control.if",
    outcome: "goes the other way",
    steps: [{ id: "if", type: "control.if", condition: expr("payload.n != 7"), then: [far("t")], else: [near("e")] }],
  },
  {
    type: "control.if",
    outcome: "has no other way",
    steps: [{ id: "if", type: "control.if", condition: expr("payload.n != 7"), then: [far("t")] }],
  },
  {
    type: "control.if",
    outcome: "cannot decide",
    steps: [{ id: "if", type: "control.if", condition: expr('$number("x") > 0'), then: [far("t")] }],
    ends: true,
  },
  {
    type: "control.switch",
    outcome: "takes the first true case",
    since2: true,
    steps: [
      {
        id: "sw",
        type: "control.switch",
        cases: [
          { when: expr("payload.n = 1"), steps: [far("c1")] },
          { when: expr("payload.n = 7"), steps: [far("c2")] },
        ],
        default: [far("d")],
      },
    ],
  },
  {
    type: "control.switch",
    outcome: "takes the default",
    since2: true,
    steps: [
      {
        id: "sw",
        type: "control.switch",
        cases: [{ when: expr("payload.n = 1"), steps: [far("c1")] }],
        default: [near("d")],
      },
    ],
  },
  {
    type: "control.switch",
    outcome: "cannot decide",
    since2: true,
    steps: [{ id: "sw", type: "control.switch", cases: [{ when: expr('$number("x") > 0'), steps: [far("c1")] }] }],
    ends: true,
  },
];

const forEach = (id: string, more: object): object => ({
  id,
  type: "control.forEach",
  items: expr("payload.items"),
  ...more,
});
const loops: readonly Subject[] = [
  { type: "control.forEach", outcome: "has no items", steps: [forEach("loop", { items: [], body: [far("a")] })] },
  {
    type: "control.forEach",
    outcome: "goes through its items",
    steps: [
      forEach("loop", {
        body: [far("a", { say: expr("item") }, { saveAs: "x" })],
        collect: { value: expr("vars.x.said"), saveAs: "all" },
      }),
    ],
  },
  {
    type: "control.forEach",
    outcome: "fails at an item",
    steps: [forEach("loop", { body: [far("a", { failing: expr("index = 1 ? 9 : 0") })] })],
    ends: true,
  },
  {
    type: "control.forEach",
    outcome: "goes on after an item",
    steps: [
      forEach("loop", {
        onItemError: "continue",
        body: [far("a", { failing: expr("index = 1 ? 9 : 0") }), assign("b", "index")],
      }),
    ],
  },
  {
    type: "control.forEach",
    outcome: "is cancelled",
    steps: [forEach("loop", { body: [far("a", { never: expr("index = 1") })] })],
    cancelAt: "a[1]",
    ends: true,
  },
  {
    type: "control.forEach",
    outcome: "has a window",
    since2: true,
    steps: [
      forEach("loop", {
        concurrency: 2,
        body: [far("a", { say: expr("item") }, { saveAs: "x" })],
        collect: { value: expr("vars.x.said"), saveAs: "all" },
      }),
    ],
  },
  {
    type: "control.forEach",
    outcome: "has a window and fails",
    since2: true,
    steps: [forEach("loop", { concurrency: 2, body: [far("a", { failing: expr("index = 1 ? 9 : 0") })] })],
    ends: true,
  },
  {
    type: "control.forEach",
    outcome: "has a window of local calls",
    since2: true,
    steps: [forEach("loop", { concurrency: 3, body: [near("a", { say: expr("item") })] })],
  },
  {
    type: "control.while",
    outcome: "has no turn",
    since2: true,
    steps: [{ id: "w", type: "control.while", condition: false, maxIterations: 3, body: [far("a")] }],
  },
  {
    type: "control.while",
    outcome: "has three turns",
    since2: true,
    steps: [
      {
        id: "w",
        type: "control.while",
        condition: expr("iteration < 3"),
        maxIterations: 5,
        body: [far("a", { say: expr("iteration") })],
      },
    ],
  },
  {
    type: "control.while",
    outcome: "has too many turns",
    since2: true,
    steps: [{ id: "w", type: "control.while", condition: true, maxIterations: 2, body: [assign("a", "iteration")] }],
    ends: true,
  },
];

const parallel = (id: string, branches: Readonly<Record<string, readonly object[]>>, more: object = {}): object => ({
  id,
  type: "control.parallel",
  branches: Object.entries(branches).map(([name, steps]) => ({ id: name, steps })),
  saveAs: "join",
  ...more,
});
const joins: readonly Subject[] = [
  {
    type: "control.parallel",
    outcome: "has all",
    since2: true,
    steps: [parallel("p", { l: [far("a")], r: [far("b"), assign("c", "1")] })],
  },
  {
    type: "control.parallel",
    outcome: "fails with one",
    since2: true,
    steps: [parallel("p", { l: [far("a", { never: true })], r: [far("b", { failing: 9 })] })],
    ends: true,
  },
  {
    type: "control.parallel",
    outcome: "has any",
    since2: true,
    steps: [parallel("p", { l: [far("a", { never: true })], r: [far("b")] }, { completion: "any" })],
  },
  {
    type: "control.parallel",
    outcome: "has a quorum",
    since2: true,
    steps: [
      parallel("p", { l: [far("a")], m: [far("b", { failing: 9 })], r: [far("c")] }, { completion: { quorum: 2 } }),
    ],
  },
  {
    type: "control.parallel",
    outcome: "has no quorum",
    since2: true,
    steps: [
      parallel("p", { l: [far("a", { failing: 9 })], r: [far("b", { failing: 9 })] }, { completion: { quorum: 1 } }),
    ],
    ends: true,
  },
  {
    type: "control.parallel",
    outcome: "is cancelled",
    since2: true,
    steps: [parallel("p", { l: [far("a", { never: true })], r: [nap("b", long)] })],
    cancelAt: "b",
    ends: true,
  },
];

const handlers: readonly Subject[] = [
  {
    type: "control.tryCatch",
    outcome: "catches nothing",
    steps: [{ id: "t", type: "control.tryCatch", try: [far("a")], catch: [far("c")] }],
  },
  {
    type: "control.tryCatch",
    outcome: "catches",
    steps: [
      {
        id: "t",
        type: "control.tryCatch",
        captureErrorAs: "e",
        try: [far("a", { failing: 9 })],
        catch: [far("c", { say: expr("error.code") })],
      },
    ],
  },
  {
    type: "control.tryCatch",
    outcome: "fails in its catch",
    steps: [{ id: "t", type: "control.tryCatch", try: [far("a", { failing: 9 })], catch: [far("c", { failing: 9 })] }],
    ends: true,
  },
  {
    type: "control.tryCatch",
    outcome: "does not catch what it is not for",
    since2: true,
    steps: [
      {
        id: "t",
        type: "control.tryCatch",
        catchOn: ["TimeoutError"],
        try: [far("a", { failing: 9 })],
        catch: [far("c")],
      },
    ],
    ends: true,
  },
  {
    type: "control.tryCatch",
    outcome: "has a last word",
    since2: true,
    steps: [{ id: "t", type: "control.tryCatch", try: [far("a")], finally: [far("f")] }],
  },
  {
    type: "control.tryCatch",
    outcome: "has a last word and fails",
    since2: true,
    steps: [{ id: "t", type: "control.tryCatch", try: [far("a", { failing: 9 })], finally: [far("f")] }],
    ends: true,
  },
  {
    type: "control.tryCatch",
    outcome: "has a last word under a cancel",
    since2: true,
    steps: [{ id: "t", type: "control.tryCatch", try: [nap("a", long)], finally: [far("f")] }],
    cancelAt: "a",
    ends: true,
  },
];

const saga = (body: readonly object[]): object => ({ id: "saga", type: "control.saga", body });
const sagas: readonly Subject[] = [
  {
    type: "control.saga",
    outcome: "has nothing to undo",
    since2: true,
    steps: [saga([far("a", {}, { compensate: [far("ua")] }), far("b")])],
  },
  {
    type: "control.saga",
    outcome: "undoes",
    since2: true,
    steps: [
      saga([
        far("a", { say: 1 }, { saveAs: "x", compensate: [far("ua", { say: expr("vars.x.said") })] }),
        far("b", {}, { compensate: [near("ub")] }),
        far("c", { failing: 9 }),
      ]),
    ],
    ends: true,
  },
  {
    type: "control.saga",
    outcome: "undoes under a cancel",
    since2: true,
    steps: [saga([far("a", {}, { compensate: [far("ua", { failing: 1 }, { retry })] }), nap("b", long)])],
    cancelAt: "b",
    ends: true,
  },
  {
    type: "control.saga",
    outcome: "fails to undo",
    since2: true,
    steps: [saga([far("a", {}, { compensate: [far("ua", { failing: 9 })] }), far("c", { failing: 9 })])],
    ends: true,
  },
];

const waits: readonly Subject[] = [
  {
    type: "event.wait",
    outcome: "takes its event",
    steps: [wait("w", { timeoutMs: long, assign: { "vars.name": expr("event.name") } })],
    events: [{ n: 1 }],
  },
  {
    type: "event.wait",
    outcome: "takes an event that was there",
    steps: [nap("n", 300), wait("w", { timeoutMs: long })],
    events: [{ n: 1 }],
    early: true,
  },
  {
    type: "event.wait",
    outcome: "takes the one that its filters want",
    steps: [wait("w", { timeoutMs: long, filters: [{ path: "payload.n", op: "=", value: 2 }] })],
    events: [{ n: 1 }, { n: 2 }],
  },
  { type: "event.wait", outcome: "ends without its event", steps: [wait("w", { timeoutMs: 120 })], ends: true },
  { type: "event.wait", outcome: "is cancelled", steps: [wait("w")], cancelAt: "w", ends: true },
  {
    type: "event.wait",
    outcome: "is one of two",
    since2: true,
    steps: [parallel("p", { l: [wait("w")], r: [wait("v", { event: "gold.other" })] }, { completion: "any" })],
    events: [{ n: 1 }],
  },
  { type: "time.wait", outcome: "sleeps", steps: [nap("n", 60)] },
  {
    type: "time.wait",
    outcome: "is due already",
    steps: [{ id: "n", type: "time.wait", until: "2020-01-01T00:00:00.000Z" }],
  },
  { type: "time.wait", outcome: "is cancelled", steps: [nap("n", long)], cancelAt: "n", ends: true },
  {
    type: "time.wait",
    outcome: "has no time to wait for",
    steps: [{ id: "n", type: "time.wait", until: expr('"soon"') }],
    ends: true,
  },
];

const ask = (id: string, more: object = {}): object => ({
  id,
  type: "human.task",
  title: expr('"Is " & payload.n & " right?"'),
  context: { n: expr("payload.n") },
  assignTo: { groups: ["gold"] },
  form: { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } },
  saveAs: "told",
  ...more,
});
const tasks: readonly Subject[] = [
  {
    type: "human.task",
    outcome: "is answered",
    steps: [ask("t", { assign: { "vars.by": expr("event.by") } })],
    answer: { ok: true },
  },
  {
    type: "human.task",
    outcome: "has a form by name",
    steps: [ask("t", { form: { ref: "approval" } })],
    answer: { approved: true },
  },
  { type: "human.task", outcome: "is not answered in time", steps: [ask("t", { timeoutMs: 120 })], ends: true },
  {
    type: "human.task",
    outcome: "is reminded of",
    steps: [ask("t", { timeoutMs: 400, reminders: { everyMs: 100, max: 2 } })],
    ends: true,
  },
  { type: "human.task", outcome: "is cancelled", steps: [ask("t", { dueMs: long })], cancelAt: "t", ends: true },
];

const callee = (id: string, workflow: string, more: object = {}): object => ({
  id,
  type: "control.callWorkflow",
  workflow,
  input: { run: expr("payload.run"), n: expr("payload.n") },
  saveAs: "called",
  ...more,
});
const children: readonly Subject[] = [
  {
    type: "control.callWorkflow",
    outcome: "succeeds",
    steps: [callee("c", "gold-good", { output: { "vars.said": expr("childRun.output.said") } })],
  },
  { type: "control.callWorkflow", outcome: "fails", steps: [callee("c", "gold-bad")], ends: true },
  {
    type: "control.callWorkflow",
    outcome: "fails and the run goes on",
    steps: [callee("c", "gold-bad", { onError: { policy: "continue" } })],
  },
  {
    type: "control.callWorkflow",
    outcome: "uses up its tries",
    steps: [callee("c", "gold-bad", { retry: { maxAttempts: 2, backoffMs: 10, retryOn: ["ChildWorkflowError"] } })],
    ends: true,
  },
  {
    type: "control.callWorkflow",
    outcome: "is cancelled",
    steps: [callee("c", "gold-slow")],
    cancelAt: "c",
    ends: true,
  },
];

/** What the subjects call. */
export const goldenCallees: readonly object[] = [
  {
    workflow: "gold-good",
    steps: [
      far("say", { say: expr("payload.n") }, { saveAs: "x" }),
      { id: "r", type: "control.return", output: expr("vars.x") },
    ],
  },
  { workflow: "gold-bad", steps: [far("say", { failing: 9, category: "ActionError" })] },
  { workflow: "gold-slow", steps: [nap("nap", long)] },
];

export const subjects: readonly Subject[] = [
  ...actionCalls,
  ...values,
  ...choices,
  ...loops,
  ...joins,
  ...handlers,
  ...sagas,
  ...waits,
  ...tasks,
  ...children,
];
