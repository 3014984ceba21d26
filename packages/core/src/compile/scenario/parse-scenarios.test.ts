import { expect, test } from "vitest";
import type { Scenario } from "../../scenario/scenario.ts";
import { parseScenarios } from "./parse-scenarios.ts";

function scenario(text: string): Scenario {
  const parsed = parseScenarios(text);
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  return parsed.scenarios[0] as Scenario;
}

function issues(text: unknown): string[] {
  const parsed = parseScenarios(text);
  if (!("issues" in parsed)) return [];
  return parsed.issues.map(({ code, line, pointer, message }) => `${line ?? "-"} ${code} ${pointer} ${message}`);
}

test("[SCN-01] a scenario says what is given, what happens when, and what is expected", () => {
  const text = `workflow: order
actions:
  shop.charge@1: { effect: once, timeoutMs: 5000, input: { type: object } }
scenarios:
  - name: all of it
    now: 2031-03-30T02:30:00+02:00
    payload: { orderId: A-1 }
    mocks:
      shop.charge@1: { output: { id: c-1 }, after: 1m 30s }
      reserve:
        - { fail: TransientError HTTP_503 }
        - { fail: { category: ActionError, message: no, details: { a: 1 }, retryAfter: 2h } }
        - { never: true }
      label: { iterations: { 0: { output: 1 }, 2.1: [{ output: 2 }] }, otherwise: { fail: TimeoutError } }
    workflows: { child: { output: { ok: true } } }
    events:
      - { name: paid, key: 12, at: { waits: "paid[1.0]", plus: 5 } }
      - { name: paid, key: A-1, payload: 1, source: bank, id: x, at: -30s }
    answers: [{ step: ask, answer: { ok: true }, by: ada, refused: true }]
    cancelAt: 1.5h
    expect:
      trace: [reserve, "label[2.1] FAILED #3", { stepId: done, iteration: [0] }]
      effects: ["label[0]", { action: shop.charge@1, input: {} }]
      notCalled: [refund]
`;
  const parsed = parseScenarios(text);
  expect(parsed).toMatchObject({
    workflow: "order",
    actions: [
      {
        id: "shop.charge@1",
        effect: "once",
        execution: "remote",
        batch: false,
        timeoutMs: 5_000,
        inputSchema: { type: "object" },
        outputSchema: {},
      },
    ],
  });
  expect(scenario(text)).toEqual({
    name: "all of it",
    line: 5,
    now: "2031-03-30T00:30:00.000Z",
    payload: { orderId: "A-1" },
    mocks: {
      "shop.charge@1": {
        otherwise: {
          always: { afterMs: 90_000, output: { kind: "object", entries: [["id", { kind: "literal", value: "c-1" }]] } },
        },
      },
      reserve: {
        otherwise: {
          inTurn: [
            { afterMs: 0, fail: { category: "TransientError", code: "HTTP_503" } },
            {
              afterMs: 0,
              fail: {
                category: "ActionError",
                code: "MOCK_FAILED",
                message: "no",
                details: { a: 1 },
                retryAfterMs: 7_200_000,
              },
            },
            { afterMs: 0, never: true },
          ],
        },
      },
      label: {
        iterations: {
          "0": { always: { afterMs: 0, output: { kind: "literal", value: 1 } } },
          "2.1": { inTurn: [{ afterMs: 0, output: { kind: "literal", value: 2 } }] },
        },
        otherwise: { always: { afterMs: 0, fail: { category: "TimeoutError", code: "MOCK_FAILED" } } },
      },
    },
    workflows: {
      child: {
        mock: {
          otherwise: {
            always: { afterMs: 0, output: { kind: "object", entries: [["ok", { kind: "literal", value: true }]] } },
          },
        },
      },
    },
    events: [
      { name: "paid", key: "12", payload: null, at: { waits: "paid", iteration: [1, 0], plusMs: 5 } },
      { name: "paid", key: "A-1", payload: 1, source: "bank", id: "x", at: { ms: -30_000 } },
    ],
    answers: [{ step: "ask", answer: { ok: true }, by: "ada", refused: true }],
    cancelAt: { ms: 5_400_000 },
    expect: {
      trace: [
        { stepId: "reserve" },
        { stepId: "label", iteration: [2, 1], status: "FAILED", attempt: 3 },
        { stepId: "done", iteration: [0] },
      ],
      effects: [
        { stepId: "label", iteration: [0] },
        { action: "shop.charge@1", input: {} },
      ],
      notCalled: ["refund"],
    },
  });
});

test("what a file says for all its scenarios holds for those that say nothing else", () => {
  const parsed = parseScenarios({
    defaults: { payload: { a: 1 }, now: "2031-01-01T00:00:00Z", mocks: { one: { output: 1 }, two: { output: 2 } } },
    scenarios: [
      { name: "as given" },
      { name: "another", payload: null, now: "2032-01-01T00:00:00Z", mocks: { two: { output: 3 } } },
      { name: "by an event", event: { name: "placed" } },
    ],
  });
  const scenarios = "issues" in parsed ? [] : parsed.scenarios;
  expect(scenarios.map(({ payload, now, mocks }) => [payload, now, Object.keys(mocks)])).toEqual([
    [{ a: 1 }, "2031-01-01T00:00:00.000Z", ["one", "two"]],
    [null, "2032-01-01T00:00:00.000Z", ["one", "two"]],
    [undefined, "2031-01-01T00:00:00.000Z", ["one", "two"]],
  ]);
  expect(JSON.stringify(scenarios[1]?.mocks["two"])).toContain("3");
  expect(scenarios[2]?.event).toEqual({ name: "placed", payload: null });
});

test("a failure's place has its line", () => {
  const parsed = parseScenarios("scenarios:\n  - name: a\n  - name: b\n    expect:\n      output:\n        total: 1\n");
  const lineOf = "issues" in parsed ? undefined : parsed.lineOf;
  expect([lineOf?.(1, "/expect/output/total"), lineOf?.(1, "/expect/output/gone"), lineOf?.(0, "/mocks/x")]).toEqual([
    6, 5, 2,
  ]);
});

const one = (lines: string): string => `scenarios:\n  - name: a\n${lines}`;

test.each([
  ["", ["1 DEFINITION_UNREADABLE  The document is empty."]],
  ["a: [", [expect.stringMatching(/^1 YAML_SYNTAX /)]],
  ["scenarios: []", [expect.stringMatching(/^1 FIELD_INVALID \/scenarios /)]],
  ["{}", ['1 FIELD_MISSING /scenarios "scenarios" is missing.']],
  ["- a", [expect.stringMatching(/^1 FIELD_TYPE {2}A scenario file must be an object, and is a list\./)]],
  [
    "scenario: 1\nscenarios:\n  - name: a",
    ['1 FIELD_UNKNOWN /scenario "scenario" is no key of a scenario file. Did you mean "scenarios"?'],
  ],
  [one("    mock: {}"), ['3 FIELD_UNKNOWN /scenarios/0/mock "mock" is no key of "0". Did you mean "mocks"?']],
  [
    one("    expect: { outputs: 1 }"),
    ['3 FIELD_UNKNOWN /scenarios/0/expect/outputs "outputs" is no key of "expect". Did you mean "output"?'],
  ],
  [
    one("    mocks:\n      a: { outptu: 1 }"),
    ['4 FIELD_UNKNOWN /scenarios/0/mocks/a/outptu "outptu" is no key of "a". Did you mean "output"?'],
  ],
  [
    one("    mocks:\n      a: {}"),
    ["4 FIELD_INVALID /scenarios/0/mocks/a An answer is one of output, fail and never, and here is none."],
  ],
  [
    one("    mocks: { a: { output: 1, fail: ActionError } }"),
    ["3 FIELD_INVALID /scenarios/0/mocks/a An answer is one of output, fail and never, and here are output and fail."],
  ],
  [
    one("    mocks:\n      a:\n        - { output: 1 }\n        - { fail: Oops }"),
    ['6 FIELD_INVALID /scenarios/0/mocks/a/1/fail "fail" cannot be "Oops".'],
  ],
  [
    one("    mocks: { a: { fail: { category: Transient } } }"),
    [
      '3 FIELD_INVALID /scenarios/0/mocks/a/fail/category "category" is one of ValidationError, ExpressionError, TransientError, ActionError, TimeoutError, QuotaExceededError, ChildWorkflowError, BusinessError, ControlError, and not "Transient".',
    ],
  ],
  [
    one("    mocks: { a: { output: 1, after: 3 weeks } }"),
    ['3 FIELD_INVALID /scenarios/0/mocks/a/after "after" cannot be "3 weeks".'],
  ],
  [
    one("    mocks: { a: { output: { $expr: 'input.' } } }"),
    [expect.stringMatching(/^3 EXPR_SYNTAX \/scenarios\/0\/mocks\/a\/output\/\$expr /)],
  ],
  [
    one("    mocks: { a: { output: { $secret: token } } }"),
    ["3 SECRET_MISPLACED /scenarios/0/mocks/a/output A mock has no secrets."],
  ],
  [
    one("    mocks: { a: { output: { $xpr: token } } }"),
    [expect.stringMatching(/^3 VALUE_KEY_UNKNOWN \/scenarios\/0\/mocks\/a\/output\/\$xpr /)],
  ],
  [one("    events: [{ name: paid }]"), ['3 FIELD_MISSING /scenarios/0/events/0/key "key" is missing.']],
  [
    one("    events: [{ name: paid, key: a, at: { wait: b } }]"),
    [
      '3 FIELD_MISSING /scenarios/0/events/0/at/waits "waits" is missing.',
      '3 FIELD_UNKNOWN /scenarios/0/events/0/at/wait "wait" is no key of "at". Did you mean "waits"?',
    ],
  ],
  [one("    cancelAt: soon"), ['3 FIELD_INVALID /scenarios/0/cancelAt "cancelAt" cannot be "soon".']],
  [one("    expect: { trace: [a b] }"), ['3 FIELD_INVALID /scenarios/0/expect/trace/0 "0" cannot be "a b".']],
  [
    one("    expect: { status: done }"),
    [
      '3 FIELD_INVALID /scenarios/0/expect/status "status" is one of succeeded, failed, canceled, waiting, and not "done".',
    ],
  ],
  [
    one("    payload: 1\n    event: { name: a }"),
    ["4 FIELD_INVALID /scenarios/0/event A run starts with a payload or by an event, and here are both."],
  ],
  [
    one("    payload: { n: 12345678901234567890 }"),
    [expect.stringMatching(/^3 NUMBER_NOT_EXACT \/scenarios\/0\/payload\/n /)],
  ],
  ["scenarios:\n  - name: a\n  - name: a\n", ['3 FIELD_INVALID /scenarios/1/name Two scenarios are called "a".']],
  ["actions: { x: {} }\nscenarios: [{ name: a }]", [expect.stringMatching(/^1 FIELD_INVALID \/actions\/x/)]],
  [
    "actions: { x.y@1: { input: { pattern: a } } }\nscenarios: [{ name: a }]",
    [expect.stringMatching(/^1 SCHEMA_\w+ \/actions\/x.y@1\/input\/pattern /)],
  ],
  [
    "forms: { a: { type: objekt } }\nscenarios: [{ name: a }]",
    [expect.stringMatching(/^1 SCHEMA_\w+ \/forms\/a\/type /)],
  ],
  [
    "calendars: { a: { zone: UTC, week: { mon: [09:00-17:00, 16:00-18:00] } } }\nscenarios: [{ name: a }]",
    ["1 FIELD_INVALID /calendars/a The hours of mon overlap, or are not in order."],
  ],
  [
    "calendars: { a: { zone: UTC, week: { monday: [] } } }\nscenarios: [{ name: a }]",
    [expect.stringMatching(/^1 FIELD_INVALID \/calendars\/a\/week/)],
  ],
  [
    "calendars: { a: { week: { mon: ['9-17'] } } }\nscenarios: [{ name: a }]",
    [
      '1 FIELD_MISSING /calendars/a/zone "zone" is missing.',
      '1 FIELD_INVALID /calendars/a/week/mon/0 "0" cannot be "9-17".',
    ],
  ],
  [one("    name: b"), [expect.stringMatching(/^3 KEY_DUPLICATE \/scenarios\/0\/name /)]],
])("%j is refused with its place", (text, expected) => {
  expect(issues(text)).toEqual(expected);
});

test("every issue has a remedy", () => {
  const parsed = parseScenarios("scenarios:\n  - { nam: a, cancelAt: x, mocks: { a: 1 } }\n");
  const found = "issues" in parsed ? parsed.issues : [];
  expect(found.length).toBeGreaterThan(2);
  for (const { remedy, message } of found) {
    expect(remedy).not.toBe("");
    expect(message).toMatch(/[.?]$/);
  }
});
