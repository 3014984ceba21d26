import { expect, test } from "vitest";
import { x } from "../testing/build-program.ts";
import { action } from "../testing/catalogue.ts";
import { programWith, ran, said } from "../testing/scenario.ts";

const retry = { maxAttempts: 3, backoffMs: 10 };
const failing = [{ fail: "TransientError" }, { fail: "TransientError" }, { output: 1 }];

test("[ACC-01] a call's authored key is told, and is the same in all its tries", () => {
  const program = programWith([
    {
      id: "pay",
      type: "action.call",
      action: "bank.pay@1",
      input: {},
      retry,
      idempotencyKey: x("payload.id & '-pay'"),
    },
    { id: "note", type: "action.call", action: "bank.note@1", input: {} },
  ]);
  const mocks = { pay: failing, note: { output: null } };
  const effects = [
    { stepId: "pay", attempt: 1, key: "t-17-pay" },
    { stepId: "pay", attempt: 2, key: "t-17-pay" },
    { stepId: "pay", attempt: 3, key: "t-17-pay" },
    "note",
  ];
  const result = ran(program, { payload: { id: "t-17" }, mocks, expect: { effects } });
  expect(said(result)).toEqual([]);
  expect(result.effects.map(({ key }) => key)).toEqual(["t-17-pay", "t-17-pay", "t-17-pay", undefined]);
  const [failure] = ran(program, {
    payload: { id: "t-18" },
    mocks,
    expect: { effects: effects.map((effect) => effect) },
  }).failures;
  expect(failure?.diff?.slice(0, 2)).toEqual(['- pay #1 key "t-17-pay"', '- pay #2 key "t-17-pay"']);
});

test.each([0, -5])(
  "[CAS-01] a call whose time is %s ms has timed out before anything is called, as with a worker",
  (ms) => {
    const program = programWith([
      { id: "late", type: "action.call", action: "bank.pay@1", input: {}, timeoutMs: x("payload.ms") },
    ]);
    const error = { category: "TimeoutError", code: "ACTION_TIMEOUT", stepId: "late", attempt: 1 };
    const result = ran(program, { payload: { ms }, mocks: { late: { output: 1 } }, expect: { error, effects: [] } });
    expect(said(result)).toEqual([]);
    expect(result.tookMs).toBe(0);
  },
);

const large = { rows: [x("$pad('x', 200000)"), x("$pad('y', 100000)")] };
const outputSchema = { type: "object", required: ["rows"], properties: { rows: { type: "array" } } };

test("[CAS-01] [CASE-33] an output over 256 KiB becomes a reference, which is passed on as the value that it stands for", () => {
  const program = programWith([
    { id: "get", type: "action.call", action: "shop.list@1", input: {}, saveAs: "list" },
    { id: "pass", type: "action.call", action: "shop.sink@1", input: { all: x("vars.list"), n: 1 } },
    { id: "done", type: "control.return", output: x("vars.list") },
  ]);
  const reference = { $partly: { contentType: "application/json", bytes: 300_016 } };
  const result = ran(
    program,
    {
      mocks: { get: { output: large }, pass: { output: { $expr: "{ 'got': $length(input.all.rows[0]) }" } } },
      expect: { output: reference, vars: { list: reference } },
    },
    { actions: [action("shop.list@1", { outputSchema })] },
  );
  expect(said(result)).toEqual([]);
  const rows = ["x".padEnd(200_000), "y".padEnd(100_000)];
  expect(result.effects.map(({ input }) => input)).toEqual([{}, { all: { rows }, n: 1 }]);
});

test("[CASE-33] of an HTTP answer the body alone becomes a reference, and an expression cannot look into it", () => {
  const program = programWith([
    { id: "get", type: "action.call", action: "http.request@1", input: {}, saveAs: "res" },
    { id: "look", type: "control.return", output: x("vars.res.body.rows") },
  ]);
  const result = ran(program, {
    mocks: { get: { output: { status: 201, body: large } } },
    expect: {
      vars: { res: { status: 201, headers: {}, body: { $partly: { bytes: 300_016 } } } },
      error: { category: "ExpressionError", code: "VALUE_IS_BLOB", stepId: "look" },
    },
  });
  expect(said(result)).toEqual([]);
});

test("an output of exactly 256 KiB stays a value", () => {
  const program = programWith([
    { id: "get", type: "action.call", action: "shop.list@1", input: {}, saveAs: "list" },
    { id: "done", type: "control.return", output: x("$type(vars.list)") },
  ]);
  const get = (length: number): object => ({
    mocks: { get: { output: { $literal: "x".repeat(length) } } },
    expect: { output: "string" },
  });
  expect(said(ran(program, get(256 * 1024 - 2)))).toEqual([]);
  expect(said(ran(program, get(256 * 1024 - 1)))).toEqual(['/expect/output The output is "object", and not "string".']);
});
