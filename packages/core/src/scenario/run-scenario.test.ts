import { expect, test } from "vitest";
import { x } from "../testing/build-program.ts";
import { programOf } from "../testing/scenario-cases.ts";
import { programWith, ran, said, scenarioOf } from "../testing/scenario.ts";
import { zoneOffset } from "../host/zone-offset.ts";
import type { Json } from "../values/json.ts";
import type { WrittenScenario } from "./read-scenario.ts";
import { runScenario } from "./run-scenario.ts";

const dayMs = 86_400_000;
const call = { type: "action.call", action: "shop.charge@1", input: {} };
const wait = { type: "event.wait", event: "paid", correlationKey: "A-1" };

test("[SCN-01] 45 days and their reminders pass on the virtual clock", () => {
  const program = programWith([
    {
      id: "chase",
      type: "control.while",
      condition: x("$not($exists(vars.answer)) and iteration < 45"),
      maxIterations: 50,
      body: [
        {
          id: "guard",
          type: "control.tryCatch",
          try: [{ id: "reply", ...wait, timeout: { durationMs: dayMs }, saveAs: "answer" }],
          catch: [{ id: "remind", type: "action.call", action: "mail.send@1", input: { day: x("iteration + 1") } }],
        },
      ],
    },
    { id: "done", type: "control.return", output: x("vars.answer") },
  ]);
  const result = ran(program, {
    mocks: { remind: { output: null } },
    events: [{ name: "paid", key: "A-1", payload: { ok: true }, at: "44d 12h" }],
    expect: { output: { ok: true } },
  });
  expect(said(result)).toEqual([]);
  expect(result.tookMs).toBe(44.5 * dayMs);
  expect(result.effects.map(({ input, atMs }) => [input, atMs / dayMs])).toEqual(
    Array.from({ length: 44 }, (_, i) => [{ day: i + 1 }, i + 1]),
  );
});

test("[WAI-05] [WAI-06] a filter may compare two fields of the event, and not with an event before it", () => {
  const program = programWith([
    { id: "first", ...wait, saveAs: "first" },
    {
      id: "second",
      ...wait,
      filters: [
        { path: "paid", op: ">=", value: x("event.payload.due") },
        { path: "round", op: ">", value: x("vars.event.payload.round") },
      ],
      saveAs: "second",
    },
    { id: "done", type: "control.return", output: x("vars.second.n") },
  ]);
  const payments = [
    { n: 1, due: 1, paid: 0, round: 1 },
    { n: 2, due: 9, paid: 8, round: 2 },
    { n: 3, due: 9, paid: 9, round: 1 },
    { n: 4, paid: 9, round: 2 },
    { n: 5, due: 9, paid: 9, round: 2 },
  ];
  const sent = (early: number) =>
    payments.map((payload, i) => ({ name: "paid", key: "A-1", payload: payload as Json, at: (i - early) * 1_000 }));
  for (const early of [0, 5]) expect(said(ran(program, { events: sent(early), expect: { output: 5 } }))).toEqual([]);
});

test("[SCN-01] a scenario may be given as its author writes it, as long as it has no expressions in its mocks", () => {
  const program = programWith([
    { id: "call", ...call, saveAs: "charged", retry: { maxAttempts: 3, backoffMs: 1_000 } },
    { id: "paid", ...wait, saveAs: "paid" },
    { id: "done", type: "control.return", output: x("[vars.charged.n, vars.paid.n]") },
  ]);
  const written: WrittenScenario = {
    name: "as written",
    payload: null,
    mocks: { call: [{ fail: "TransientError" }, { output: { n: 1 }, after: "2s" }] },
    events: [{ name: "paid", correlationKey: "A-1", payload: { n: 2 }, at: { waits: "paid", plus: "1m" } }],
    expect: { output: [1, 2], trace: ["call SUCCEEDED #2", "paid", { stepId: "done" }], took: "63s" },
  };
  expect(runScenario(program, written).failures).toEqual([]);
  const other = runScenario(program, { ...written, expect: { output: [1, 3] } });
  expect(other.failures.map(({ path }) => path)).toEqual(["/expect/output/1"]);
  expect(runScenario(program, { mocks: { call: { output: { n: x("input.n") } } } }).failures).toEqual([
    { path: "/mocks/call/output/n/$expr", message: "An expression of a mock is compiled by parseScenarios." },
  ]);
  const none = runScenario(programWith([]), {});
  expect([none.failures, none.outcome]).toEqual([[], { status: "succeeded", output: null }]);
});

test("[CASE-15] tries and delays are those of the author's policy, and a try ends at its deadline", () => {
  const retry = { maxAttempts: 4, backoffMs: 10_000, backoffMultiplier: 1, retryOn: ["TimeoutError"] };
  const program = programWith([{ id: "call", ...call, timeoutMs: 10_000, saveAs: "w", retry }]);
  const result = ran(program, {
    mocks: { call: { output: 1, after: "40s" } },
    expect: {
      error: { category: "TimeoutError", code: "ACTION_TIMEOUT", attempt: 4, nodePath: "root.steps[0]" },
      vars: { w: { $exists: false } },
      trace: ["call FAILED #4"],
    },
  });
  expect(said(result)).toEqual([]);
  expect(result.effects.map(({ atMs, attempt }) => [atMs, attempt])).toEqual([
    [0, 1],
    [20_000, 2],
    [40_000, 3],
    [60_000, 4],
  ]);
  expect(result.tookMs).toBe(70_000);
});

test("a failure of another category is not tried again, and Retry-After lengthens a delay", () => {
  const retry = { maxAttempts: 5, backoffMs: 100 };
  const program = programWith([{ id: "call", ...call, retry }]);
  const result = ran(program, {
    mocks: {
      call: [
        { fail: { category: "TransientError", code: "HTTP_429", retryAfter: "5s" } },
        { fail: "TransientError HTTP_503" },
        { fail: { category: "ActionError", code: "HTTP_404", message: "gone", details: { status: 404 } } },
      ],
    },
    expect: { error: { code: "HTTP_404", message: "gone", attempt: 3, details: { status: 404 } } },
  });
  expect(said(result)).toEqual([]);
  expect(result.effects.map(({ atMs }) => atMs)).toEqual([0, 5_000, 5_200]);
});

test("[CASE-17] a run that is cancelled between two tries makes no further one", () => {
  const retry = { maxAttempts: 5, backoffMs: 60_000, backoffMultiplier: 1 };
  const program = programWith([
    { id: "a", type: "action.call", action: "test.flaky@1", input: {}, retry },
    { id: "b", type: "action.call", action: "test.after@1", input: {} },
  ]);
  const result = ran(program, {
    mocks: { a: { fail: "TransientError" } },
    cancelAt: "5s",
    expect: { status: "canceled", effects: ["a"], notCalled: ["b"], trace: ["a CANCELED"] },
  });
  expect(said(result)).toEqual([]);
  expect(result.tookMs).toBe(5_000);
});

test("a run may be cancelled as soon as, or some time after, it waits at a step", () => {
  const program = programWith([
    { id: "first", type: "time.wait", durationMs: 1_000 },
    { id: "rest", type: "time.wait", durationMs: dayMs },
  ]);
  const result = ran(program, {
    cancelAt: { waits: "rest", plus: "2s" },
    expect: { error: { category: "Cancellation" } },
  });
  expect(said(result)).toEqual([]);
  expect(result.tookMs).toBe(3_000);
});

test("[CASE-18] [MBX-01] an event that came before its wait is taken, and one from before the look-back is not", () => {
  const program = programWith([
    { id: "pause", type: "time.wait", durationMs: 1_000 },
    { id: "paid", ...wait, timeout: { durationMs: 30_000 }, saveAs: "p" },
    { id: "done", type: "control.return", output: x("vars.p") },
  ]);
  const at = (moment: string | number) =>
    ran(program, { events: [{ name: "paid", key: "A-1", payload: 9, at: moment }], expect: { output: 9 } });
  expect(said(at(500))).toEqual([]);
  expect(at(500).tookMs).toBe(1_000);
  expect(said(at("-60s"))).toEqual([]);
  expect(said(at("-60001ms"))).toEqual([
    "/expect The run failed with TimeoutError WAIT_TIMEOUT at paid: No event paid with the key A-1 came in time. Not taken: paid with the key A-1.",
  ]);
});

test("[CASE-20] [MBX-02] each event is taken once, the oldest first, and the same id from the same source counts once", () => {
  const program = programWith([
    {
      id: "loop",
      type: "control.while",
      maxIterations: 5,
      condition: x("$count(vars.scans) < 2"),
      body: [
        { id: "scan", ...wait, timeout: { durationMs: 60_000 }, saveAs: "s" },
        { id: "add", type: "transform.assign", assign: { "vars.scans": x("$append([vars.scans], [vars.s])") } },
      ],
    },
    { id: "done", type: "control.return", output: x("vars.scans") },
  ]);
  const events = (at: number) =>
    ["dock", "dock", "belt", "van"].map((payload) => ({ name: "paid", key: "A-1", id: payload, payload, at }));
  for (const at of [-1, 0, 10]) {
    const result = ran(program, { events: events(at), expect: { output: ["dock", "belt"] } });
    expect(said(result)).toEqual([]);
  }
});

test("[CASE-21] the timeout of a wait that took its event never comes", () => {
  const program = programWith([
    { id: "ask", ...wait, timeout: { durationMs: 20_000 }, saveAs: "d" },
    { id: "rest", type: "time.wait", durationMs: 30_000 },
    { id: "out", type: "control.return", output: x("vars.d") },
  ]);
  const result = ran(program, {
    events: [{ name: "paid", key: "A-1", payload: "ada", at: "3s" }],
    expect: { output: "ada" },
  });
  expect(said(result)).toEqual([]);
  expect(result.tookMs).toBe(33_000);
});

test("mocks answer by step before action, by iteration, in turn, after a time, and with expressions", () => {
  const each = (id: string, items: number[], action: string) => ({
    id: `${id}s`,
    type: "control.forEach",
    items,
    body: [{ id, type: "action.call", action, input: x("item"), saveAs: "got" }],
    collect: { value: x("vars.got"), saveAs: id },
  });
  const program = programWith([
    each("square", [1, 2, 3], "math.any@1"),
    each("turn", [1, 2], "math.any@1"),
    each("other", [5], "math.other@1"),
  ]);
  const result = ran(program, {
    mocks: {
      "math.any@1": { output: "of the action" },
      square: {
        iterations: { 1: { output: "second", after: 500 } },
        otherwise: { output: { $expr: "input * input" } },
      },
      "test/turn": [{ output: "one" }, { output: "two" }],
      "math.other@1": {
        output: { n: { $expr: "input" }, at: { $expr: "[iteration, attempt, stepId]" }, now: x("now") },
      },
    },
    now: "2031-03-30T00:30:00Z",
    expect: {
      vars: {
        square: [1, "second", 9],
        turn: ["one", "two"],
        other: [{ n: 5, at: [0, 1, "other"], now: "2031-03-30T00:30:00.500Z" }],
      },
    },
  });
  expect(said(result)).toEqual([]);
});

test("local actions of the product answer by themselves, always the same", () => {
  const program = programWith([
    { id: "now", type: "action.call", action: "time.now@1", input: {}, saveAs: "now" },
    { id: "one", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "one" },
    { id: "two", type: "action.call", action: "random.uuid@1", input: {}, saveAs: "two" },
    { id: "log", type: "action.call", action: "log.write@1", input: { message: "x" }, saveAs: "log" },
  ]);
  const expected = {
    vars: {
      now: { now: "2030-01-07T09:00:00.000Z" },
      one: { uuid: "00000000-0000-4000-8000-000000000001" },
      two: { uuid: "00000000-0000-4000-8000-000000000002" },
      log: {},
    },
  };
  expect(said(ran(program, { expect: expected }))).toEqual([]);
  expect(
    said(ran(program, { mocks: { one: { output: { uuid: "u" } } }, expect: { vars: { one: { uuid: "u" } } } })),
  ).toEqual([]);
});

test("an action that nothing mocks stops the scenario and is named, with what it was called with", () => {
  const program = programWith([{ id: "pay", ...call, input: { amount: 5 } }]);
  const result = ran(program, {});
  expect(result.failures).toEqual([
    {
      path: "/mocks",
      message: "pay called shop.charge@1. Nothing says what shop.charge@1 answers.",
      seen: { amount: 5 },
    },
  ]);
  expect(result.outcome).toBeUndefined();
});

test("a mock that has no answer left, or none for an iteration, says so", () => {
  const program = programWith([{ id: "loop", type: "control.forEach", items: [1, 2], body: [{ id: "pay", ...call }] }]);
  expect(said(ran(program, { mocks: { pay: [{ output: 1 }] } }))).toEqual([
    "/mocks/pay pay[1] called shop.charge@1. The mock has answers for 1 try, and this is try 2.",
  ]);
  expect(said(ran(program, { mocks: { pay: { iterations: { 0: { output: 1 } } } } }))).toEqual([
    "/mocks/pay pay[1] called shop.charge@1. The mock has no answer in iteration 1.",
  ]);
  expect(said(ran(program, { mocks: { pay: { output: { $expr: '$number("x")' } } } }))[0]).toMatch(
    /^\/mocks\/pay pay\[0\] called shop\.charge@1\. The mock's output cannot be computed: /,
  );
});

test("an output that the action never gives is a mistake of the mock, and an input that it never takes one of the workflow", () => {
  const program = programWith([
    {
      id: "pay",
      ...call,
      input: { amount: x("payload.amount"), key: { $secret: "token" } },
      onError: { policy: "fail" },
    },
  ]);
  const actions = [
    {
      id: "shop.charge@1",
      inputSchema: {
        type: "object",
        required: ["amount", "key"],
        properties: { amount: { type: "number" }, key: { type: "string" } },
      },
      outputSchema: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
    },
  ];
  expect(said(ran(program, { payload: { amount: 1 }, mocks: { pay: { output: { id: 1 } } } }, { actions }))).toEqual([
    "/mocks pay called shop.charge@1. The mock's output is none that the action gives: /id must be string.",
  ]);
  const refused = ran(
    program,
    {
      payload: { amount: "1" },
      mocks: { pay: { output: { id: "c" } } },
      expect: { error: { code: "ACTION_INPUT_INVALID" }, effects: [] },
    },
    { actions },
  );
  expect(said(refused)).toEqual([]);
  expect(said(ran(program, { payload: { amount: 1 }, mocks: { pay: { output: { id: "c" } } } }, { actions }))).toEqual(
    [],
  );
});

test("names that nothing is called by are told at once, with what was probably meant", () => {
  const program = programWith([
    { id: "pay", ...call },
    { id: "paid", ...wait },
  ]);
  const result = ran(program, {
    mocks: { pya: { output: 1 }, "shop.charge@2": { output: 1 } },
    events: [{ name: "paid", key: "A-1", at: { waits: "payd" } }],
    cancelAt: { waits: "nowhere" },
    expect: { notCalled: ["payy"], trace: ["pay", "pade"], effects: ["paid"] },
  });
  expect(said(result)).toEqual([
    '/mocks/pya No action and no step that calls one is called "pya". Did you mean "pay"?',
    '/mocks/shop.charge@2 No action and no step that calls one is called "shop.charge@2". Did you mean "shop.charge@1"?',
    '/events/0/at/waits No step is called "payd". Did you mean "pay"?',
    '/cancelAt/waits No step is called "nowhere".',
    '/expect/notCalled/0 No action and no step that calls one is called "payy". Did you mean "pay"?',
    '/expect/trace/1 No step of the workflow is called "pade".',
    '/expect/effects/0 No step that calls an action is called "paid".',
  ]);
});

test("a run that waits for ever, and a moment that never comes, are told", () => {
  const program = programWith([
    {
      id: "gate",
      type: "control.if",
      condition: false,
      then: [{ id: "never", type: "time.wait", durationMs: 1 }],
    },
    { id: "paid", ...wait },
  ]);
  const result = ran(program, {
    events: [
      { name: "paid", key: "A-2" },
      { name: "paid", key: "A-1", at: { waits: "never" } },
    ],
  });
  expect(said(result)).toEqual([
    "/expect The run has not ended: it waits for the event paid with the key A-1 (step paid). Not taken: paid with the key A-2.",
    "/events/1/at This never happened: no step never began.",
  ]);
  expect(said(ran(program, { expect: { status: "waiting", trace: ["gate", "paid WAITING"] } }))).toEqual([]);
});

const triggered = `
workflow: by-event
payload: { type: object, required: [orderId], properties: { orderId: { type: string } } }
triggers:
  - { id: large, event: order.placed, when: { $expr: event.payload.total > 100 }, payload: { orderId: { $expr: event.payload.id }, large: true } }
  - { id: named, event: order.placed, when: { $expr: $exists(event.payload.id) }, payload: { orderId: { $expr: event.payload.id } } }
steps: [{ id: done, type: control.return, output: { $expr: payload } }]
`;

test("an event starts the run by its trigger, as far as its condition and the payload's schema let it", () => {
  const program = programOf(triggered, []);
  const by = (event: { payload?: unknown; name?: string; trigger?: string }, output?: unknown) =>
    said(
      ran(program, {
        event: { name: "order.placed", ...event } as { name: string },
        expect: output === undefined ? {} : { output: output as string },
      }),
    );
  expect(by({ payload: { id: "A", total: 101 } }, { orderId: "A", large: true })).toEqual([]);
  expect(by({ payload: { id: "A", total: 100 } }, { orderId: "A" })).toEqual([]);
  expect(by({ payload: { id: "A", total: 101 }, trigger: "named" }, { orderId: "A" })).toEqual([]);
  expect(by({ payload: { total: 1 } })).toEqual([
    "/event The trigger large starts no run: its condition is false. The trigger named starts no run: its condition is false.",
  ]);
  expect(by({ payload: { id: 7 } })).toEqual([
    "/event The payload does not fit the workflow's schema: /orderId must be string.",
  ]);
  expect(by({ name: "order.lost" })).toEqual(["/event The workflow has no trigger for the event order.lost."]);
  expect(said(ran(program, { payload: {} }))).toEqual([
    "/payload/orderId The payload does not fit the workflow's schema: /orderId must be there.",
  ]);
});

test("the same scenario gives the same result, entry for entry", () => {
  const program = programWith([
    {
      id: "both",
      type: "control.parallel",
      branches: [
        { id: "a", steps: [{ id: "pay", ...call }] },
        { id: "b", steps: [{ id: "paid", ...wait }] },
      ],
    },
  ]);
  const given = {
    mocks: { pay: { output: { $expr: "now" }, after: 70 } },
    events: [{ name: "paid", key: "A-1", at: 20 }],
  };
  expect(ran(program, given)).toEqual(ran(program, given));
});

const form = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const ask = { id: "ask", type: "human.task", title: "Fine?", assignTo: { groups: ["legal"] }, form, saveAs: "answer" };
const asking = programWith([
  { ...ask, timeout: { durationMs: 60_000 } },
  { id: "done", type: "control.return", output: { ok: x("vars.answer.ok"), by: x("vars.event.by") } },
]);

test("an answer is given as soon as its task is open, or at its moment, by somebody", () => {
  const answer = { step: "ask", answer: { ok: true } };
  expect(said(ran(asking, { answers: [answer], expect: { output: { ok: true, by: "somebody" }, took: 0 } }))).toEqual(
    [],
  );
  const later = ran(asking, {
    answers: [{ ...answer, by: "ada", at: { waits: "ask", plus: "30s" } }],
    expect: { output: { ok: true, by: "ada" }, took: "30s" },
  });
  expect(said(later)).toEqual([]);
});

test("[CASE-23] an answer that does not fit, or comes second, is refused; that must be expected", () => {
  const answers = (refused?: true) => [
    { step: "ask", answer: { ok: "yes" }, at: 1, ...(refused === undefined ? {} : { refused }) },
    { step: "ask", answer: { ok: false }, at: 2 },
    { step: "ask", answer: { ok: true }, at: 3, ...(refused === undefined ? {} : { refused }) },
  ];
  expect(said(ran(asking, { answers: answers(true), expect: { output: { ok: false, by: "somebody" } } }))).toEqual([]);
  expect(said(ran(asking, { answers: answers() }))).toEqual([
    "/answers/0 The answer was refused: /ok must be boolean.",
  ]);
  expect(said(ran(asking, { answers: answers().slice(1) }))).toEqual([
    "/answers/1 The answer comes when the run has ended.",
  ]);
  const at = (pointer: string) => [
    { step: "ask", answer: { ok: "yes" }, at: 1, refused: pointer },
    { step: "ask", answer: { ok: false }, at: 2 },
  ];
  expect(said(ran(asking, { answers: at("/ok") }))).toEqual([]);
  expect(said(ran(asking, { answers: at("/why") }))).toEqual([
    "/answers/0 The answer was refused: /ok must be boolean. Nothing is wrong at /why.",
  ]);
  const wrongly = [{ step: "ask", answer: { ok: true }, refused: true as const }];
  expect(said(ran(asking, { answers: wrongly }))).toEqual(["/answers/0 The answer was accepted."]);
});

const chase = programWith([
  { id: "wait", type: "time.wait", business: { days: 2, calendar: "default" } },
  { id: "then", type: "time.wait", business: { hours: 2, calendar: "default" } },
]);
const office = { zone: "Europe/Berlin", week: { "mon-fri": ["09:00-17:00"] }, holidays: ["2030-04-19", "2030-04-22"] };

test("[CAL-01] business time is counted by the calendar that the file declares", () => {
  // The Thursday before Easter, 16:00 in Berlin: two business days are over on Wednesday, two hours more on Thursday at 10:00.
  const given = { now: "2030-04-18T14:00:00Z", expect: { took: "6d 18h" } };
  const calendars = { default: office };
  expect(said(runScenario(chase, scenarioOf(given, { calendars }), { zoneOffset }))).toEqual([]);
  expect(said(runScenario(chase, scenarioOf(given), { zoneOffset }))).toEqual([
    " The scenario file declares no calendar default.",
  ]);
  expect(said(runScenario(chase, scenarioOf(given, { calendars })))).toEqual([
    " Nobody here knows the clocks of Europe/Berlin.",
  ]);
  expect(
    said(runScenario(chase, scenarioOf(given, { calendars: { default: { ...office, week: {} } } }), { zoneOffset })),
  ).toEqual([" The calendar default has not so many hours in ten years."]);
});

test("a task that nobody answers times out, or keeps the run for ever", () => {
  expect(said(ran(asking, { expect: { error: { category: "TimeoutError", stepId: "ask" }, took: "60s" } }))).toEqual(
    [],
  );
  expect(said(ran(programWith([ask]), {}))).toEqual([
    '/expect The run has not ended: it waits for the answer to "Fine?" (step ask).',
  ]);
});

test("a form that a task names is the one that the file declares", () => {
  const program = programWith([{ ...ask, form: { ref: "visit" } }]);
  const given = {
    answers: [
      { step: "ask", answer: { ok: 1 }, refused: true as const, at: 1 },
      { step: "ask", answer: { ok: true }, at: 2 },
    ],
  };
  expect(said(runScenario(program, scenarioOf(given, { forms: { visit: form } })))).toEqual([]);
  expect(said(ran(program, { expect: { error: { code: "FORM_UNKNOWN", stepId: "ask" } } }))).toEqual([]);
});
