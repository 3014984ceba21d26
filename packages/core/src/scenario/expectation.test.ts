import { expect, test } from "vitest";
import type { ExpectationDefinition } from "../definition/scenario.ts";
import { x } from "../testing/build-program.ts";
import { programWith, ran, said } from "../testing/scenario.ts";
import { alignment, differences } from "./differences.ts";

const call = (id: string, input: object = {}, more: object = {}) => ({
  id,
  type: "action.call",
  action: "shop.do@1",
  input,
  ...more,
});

const program = programWith([
  call("reserve", { sku: "tea" }, { retry: { maxAttempts: 2, backoffMs: 1 }, saveAs: "reserved" }),
  { id: "told", type: "state.set", state: { phase: "reserved" } },
  { id: "loop", type: "control.forEach", items: [1, 2], body: [call("label", { n: x("item") })] },
  { id: "done", type: "control.return", output: { ok: true, lines: [1, 2] } },
]);
const mocks = { reserve: [{ fail: "TransientError" }, { output: "r-1" }], label: { output: null } };

const right: ExpectationDefinition = {
  status: "succeeded",
  output: { ok: true, lines: [1, 2] },
  vars: { reserved: "r-1", other: { $exists: false } },
  state: { phase: "reserved" },
  trace: [
    "reserve SUCCEEDED #2",
    "told",
    { stepId: "loop", status: "SUCCEEDED" },
    "label[0] SUCCEEDED",
    { stepId: "label", iteration: [1], attempt: 1 },
    "done SUCCEEDED",
  ],
  effects: [
    { action: "shop.do@1", stepId: "reserve", input: { sku: "tea" }, attempt: 1 },
    "reserve",
    "label[0]",
    { action: "shop.do@1", stepId: "label", iteration: [1], input: { n: 2 } },
  ],
};

test("[SCN-01] a scenario passes when everything is as expected", () => {
  expect(said(ran(program, { mocks, expect: right }))).toEqual([]);
});

const wrong: readonly { readonly name: string; readonly expect: ExpectationDefinition; readonly says: string }[] = [
  { name: "status", expect: { status: "failed" }, says: "/expect/status The run succeeded, with the output" },
  { name: "error", expect: { error: {} }, says: "/expect/error The run succeeded" },
  {
    name: "output, a member",
    expect: { output: { ok: false, lines: [1, 2] } },
    says: "/expect/output/ok The output at /ok is true, and not false.",
  },
  {
    name: "output, one too many",
    expect: { output: { ok: true, lines: [1] } },
    says: "/expect/output/lines/1 The output at /lines/1 is 2, and not nothing.",
  },
  {
    name: "output, one too few",
    expect: { output: { ok: true, lines: [1, 2, 3] } },
    says: "/lines/2 is nothing, and not 3.",
  },
  {
    name: "output, a member left out",
    expect: { output: { lines: [1, 2] } },
    says: "/expect/output/ok The output at /ok is true, and not nothing.",
  },
  {
    name: "vars",
    expect: { vars: { reserved: "r-2" } },
    says: '/expect/vars/reserved vars.reserved is "r-1", and not "r-2".',
  },
  {
    name: "vars that are not there",
    expect: { vars: { gone: 1 } },
    says: "/expect/vars/gone vars.gone is nothing, and not 1.",
  },
  {
    name: "vars that should not be there",
    expect: { vars: { reserved: { $exists: false } } },
    says: "/expect/vars/reserved",
  },
  {
    name: "state",
    expect: { state: "reserved" },
    says: '/expect/state The state is {"phase":"reserved"}, and not "reserved".',
  },
  {
    name: "trace, a status",
    expect: { trace: ["reserve FAILED", "told", "loop", "label[0]", "label[1]", "done"] },
    says: "/expect/trace The step executions are other than expected: 1 missing, 1 unexpected.",
  },
  {
    name: "trace, an attempt",
    expect: { trace: ["reserve #1", "told", "loop", "label[0]", "label[1]", "done"] },
    says: "/expect/trace",
  },
  {
    name: "trace, an order",
    expect: { trace: ["told", "reserve", "loop", "label[0]", "label[1]", "done"] },
    says: "1 missing, 1 unexpected.",
  },
  {
    name: "trace, one missing",
    expect: { trace: ["reserve", "told", "loop", "label[0]", "label[1]"] },
    says: "0 missing, 1 unexpected.",
  },
  {
    name: "effects, an input",
    expect: { effects: ["reserve", "reserve", "label[0]", { stepId: "label", input: { n: 3 } }] },
    says: "/expect/effects The calls are other than expected: 1 missing, 1 unexpected.",
  },
  {
    name: "effects, one missing",
    expect: { effects: ["reserve", "label[0]", "label[1]"] },
    says: "0 missing, 1 unexpected.",
  },
  {
    name: "effects, an iteration",
    expect: { effects: ["reserve", "reserve", "label[1]", "label[0]"] },
    says: "1 missing, 1 unexpected.",
  },
  { name: "effects, none", expect: { effects: [] }, says: "0 missing, 4 unexpected." },
  {
    name: "not called, by step",
    expect: { notCalled: ["label"] },
    says: "/expect/notCalled/0 label was called 2 times, and should not have been.",
  },
  {
    name: "not called, by action",
    expect: { notCalled: ["shop.do@1"] },
    says: "/expect/notCalled/0 shop.do@1 was called 4 times",
  },
];

test.each(wrong)("[SCN-02] another $name is told", ({ expect: expectation, says }) => {
  expect(said(ran(program, { mocks, expect: expectation })).join("\n")).toContain(says);
});

test("[SCN-02] lists that differ are shown as a diff, with the places in which an input differs", () => {
  const effects = ["reserve", "reserve", { stepId: "label", input: { n: 7 } }, "label[1]"];
  const [failure] = ran(program, { mocks, expect: { effects } }).failures;
  expect(failure?.diff).toEqual([
    '  shop.do@1 reserve {"sku":"tea"}',
    '  shop.do@1 reserve #2 {"sku":"tea"}',
    '- label {"n":7}',
    '+ shop.do@1 label[0] {"n":1}',
    '  shop.do@1 label[1] {"n":2}',
    "  label[0]: input/n expected 7, seen 1",
  ]);
});

test("an unexpected failure says where and why", () => {
  expect(said(ran(program, { mocks: { ...mocks, label: { fail: "ActionError NO_PAPER" } } }))).toEqual([
    "/expect The run failed with ActionError NO_PAPER at label: NO_PAPER, says the mock.",
  ]);
});

const both = programWith([
  {
    id: "both",
    type: "control.parallel",
    branches: [
      { id: "left", steps: [call("a1"), call("a2")] },
      {
        id: "right",
        steps: [call("b1"), { id: "inner", type: "control.forEach", items: [1, 2], body: [call("b2")] }],
      },
    ],
  },
  call("after"),
]);

test("[SCN-01] what goes on at the same time may interleave in any way, and keeps its own order", () => {
  const trace = ["both", "a1", "a2", "b1", "inner", "b2[0]", "b2[1]", "after"];
  const effects = ["a1", "a2", "b1", "b2[0]", "b2[1]", "after"];
  const mocked = (first: number, second: number) => ({
    a1: { output: 0, after: first },
    b1: { output: 0, after: second },
    "shop.do@1": { output: 0 },
  });
  const seen = [mocked(0, 50), mocked(50, 0)].map((given) => ran(both, { mocks: given, expect: { trace, effects } }));
  expect(seen.map(said)).toEqual([[], []]);
  expect(seen[0]?.trace).not.toEqual(seen[1]?.trace);
  const interleaved = ["both", "b1", "a1", "inner", "b2[0]", "a2", "b2[1]", "after"];
  expect(said(ran(both, { mocks: mocked(0, 50), expect: { trace: interleaved } }))).toEqual([]);
  const swapped = ["both", "a2", "a1", "b1", "inner", "b2[0]", "b2[1]", "after"];
  expect(said(ran(both, { mocks: mocked(0, 50), expect: { trace: swapped } }))[0]).toContain("1 missing, 1 unexpected");
  const early = ["both", "after", "a1", "a2", "b1", "inner", "b2[0]", "b2[1]"];
  expect(said(ran(both, { mocks: mocked(0, 50), expect: { trace: early } }))).toHaveLength(1);
});

test("values are compared whole, but for what an expectation leaves open", () => {
  expect(differences({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([]);
  expect(differences({ a: 1 }, { a: 1, b: 2 })).toEqual([{ pointer: "/b", seen: 2 }]);
  expect(differences({ a: 1 }, { a: 1, b: 2 }, "partly")).toEqual([]);
  expect(differences({ x: { $partly: { a: 1 } }, y: {} }, { x: { a: 1, b: 2 }, y: {} })).toEqual([]);
  expect(differences({ a: { $exists: true } }, { a: null })).toEqual([]);
  expect(differences({ a: { $exists: true } }, {})).toEqual([{ pointer: "/a", expected: { $exists: true } }]);
  expect(differences({ a: { $literal: { $exists: true } } }, { a: { $exists: true } })).toEqual([]);
  expect(differences({ a: { $literal: { $exists: true } } }, { a: 1 })).toHaveLength(1);
  expect(differences({ "a/b": null }, {})).toEqual([{ pointer: "/a~1b", expected: null }]);
  expect(differences(null, undefined)).toEqual([{ pointer: "", expected: null }]);
  expect(differences([], {})).toEqual([{ pointer: "", expected: [], seen: {} }]);
  expect(differences({ toString: 1 }, {})).toHaveLength(1);
});

test("lists are aligned by what they have in common", () => {
  const kinds = (expected: string, seen: string) =>
    alignment([...expected], [...seen], (a, b) => a === b)
      .map((edit) =>
        edit.kind === "both" ? edit.seen : edit.kind === "missing" ? `-${edit.expected}` : `+${edit.seen}`,
      )
      .join("");
  expect(kinds("abcd", "abcd")).toBe("abcd");
  expect(kinds("abcd", "axcd")).toBe("a-b+xcd");
  expect(kinds("abcd", "acd")).toBe("a-bcd");
  expect(kinds("", "ab")).toBe("+a+b");
  expect(kinds("abab", "ba")).toBe("-aba-b");
});
