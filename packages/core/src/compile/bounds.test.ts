import { expect, test } from "vitest";
import { action } from "../testing/catalogue.ts";
import type { Bounds } from "./bounds.ts";
import { compileDefinition } from "./compile-definition.ts";
import { parseDefinition } from "./parse-definition.ts";

const catalogue = {
  actions: [action("test.remote@1"), action("test.local@1", { effect: "none", execution: "local" })],
};

function boundsOf(...steps: readonly object[]): Bounds {
  const parsed = parseDefinition({ workflow: "bounded", steps });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  return compileDefinition(parsed.definition, catalogue).bounds;
}

const remote = (id: string): object => ({ id, type: "action.call", action: "test.remote@1", input: {} });
const each = (id: string, body: readonly object[], more: object = {}): object => ({
  id,
  type: "control.forEach",
  items: { $expr: "payload.items" },
  body,
  ...more,
});

test("[BND-01] a sequential remote action costs 6 events and the flush of its entries", () => {
  const one = boundsOf(remote("a")).historyEvents as number;
  const two = boundsOf(remote("a"), remote("b")).historyEvents as number;
  expect(two - one).toBe(7);
  // 5 for the run itself.
  expect(one).toBeGreaterThanOrEqual(5 + 6);
});

test("[BND-01] a local call counts as a segment of its own with a timer", () => {
  const none = boundsOf().historyEvents as number;
  const local = boundsOf({ id: "a", type: "action.call", action: "test.local@1", input: {} }).historyEvents as number;
  expect(local - none).toBe(1 + 5 + 1);
});

test("[BND-01] of two branches of an if the dearer one counts, of a parallel both", () => {
  const branches = [[remote("a")], [remote("b"), remote("c")]] as const;
  const either = boundsOf({ id: "i", type: "control.if", condition: true, then: branches[0], else: branches[1] });
  const both = boundsOf({
    id: "p",
    type: "control.parallel",
    branches: [
      { id: "x", steps: branches[0] },
      { id: "y", steps: branches[1] },
    ],
  });
  expect((both.historyEvents as number) - (either.historyEvents as number)).toBe(7);
  expect(either.fanOut).toBe(1);
  expect(both.fanOut).toBe(2);
});

test("[BND-01] loops multiply by the literal that bounds them, or by 10,000", () => {
  const empty = boundsOf(each("l", [], { items: [1] })).historyEvents as number;
  expect((boundsOf(each("l", [remote("a")], { items: [1, 2, 3] })).historyEvents as number) - empty).toBe(21);
  const open = boundsOf(each("l", [remote("a")]));
  expect(open.historyEvents).toBeGreaterThan(70_000);
  expect(open.unbounded).toEqual([]);
  expect(open.perStep.find(({ stepId }) => stepId === "a")).toMatchObject({
    stepPath: "root.steps[0].body.steps[0]",
    times: 10_000,
    historyEvents: 70_000,
  });
  expect(boundsOf(each("l", [remote("a")], { maxItems: 5 })).perStep.at(-1)).toMatchObject({ times: 5 });
  expect(
    boundsOf({
      id: "w",
      type: "control.while",
      condition: true,
      maxIterations: 4,
      body: [each("l", [remote("a")], { maxItems: 5 })],
    }).perStep.at(-1),
  ).toMatchObject({ times: 20 });
});

test("[BND-01] what no literal bounds is named", () => {
  const bounds = boundsOf(each("loop", [remote("a")], { maxItems: { $expr: "payload.n" } }));
  expect(bounds).toMatchObject({ historyEvents: null, unbounded: ["loop"] });
  expect(bounds.perStep.map(({ times }) => times)).toEqual([1, null]);
  expect(JSON.parse(JSON.stringify(bounds))).toEqual(bounds);
});

test("[BND-01] concurrency is fan-out, and leaves no moment to continue as new", () => {
  const wide = boundsOf(each("l", [remote("a")], { concurrency: 50, maxItems: 1_000 }));
  const narrow = boundsOf(each("l", [remote("a")], { maxItems: 1_000 }));
  expect(wide.fanOut).toBe(50);
  expect(narrow.fanOut).toBe(1);
  expect(wide.peakHistoryEvents).toBeGreaterThan(7_000);
  expect(narrow.peakHistoryEvents).toBeLessThan(100);
});

test("[BND-01] more than an execution can hold at the same time is a warning", () => {
  const wide = (id: string, body: readonly object[]): object => each(id, body, { concurrency: 50 });
  const issuesOf = (step: object): string[] => {
    const parsed = parseDefinition({ workflow: "bounded", steps: [step] });
    if ("issues" in parsed) throw new Error("not a definition");
    return compileDefinition(parsed.definition, catalogue).issues.map(({ code, severity }) => `${severity} ${code}`);
  };
  expect(issuesOf(wide("l", [remote("a")]))).toEqual([]);
  expect(issuesOf(wide("m", [each("l", [remote("a")], { concurrency: 11 })]))).toEqual(["warning BOUND_FAN_OUT"]);
  expect(issuesOf(wide("m", [wide("l", [remote("a")])]))).toEqual(["warning BOUND_HISTORY", "warning BOUND_FAN_OUT"]);
});

test("[BND-01] timers are those of waits, timeouts and reminders", () => {
  const bounds = boundsOf(
    { id: "t", type: "time.wait", durationMs: 5 },
    { id: "e", type: "event.wait", event: "e", correlationKey: "k", timeoutMs: 5 },
    { id: "f", type: "event.wait", event: "e", correlationKey: "k" },
    {
      id: "h",
      type: "human.task",
      title: "T",
      assignTo: { users: ["u"] },
      form: {},
      timeoutMs: 5,
      reminders: { everyMs: 1, max: 3 },
    },
  );
  expect(bounds.timers).toBe(1 + 1 + 0 + 4);
  expect(bounds.perStep.map(({ timers }) => timers)).toEqual([1, 1, 0, 4]);
});

test("[BND-01] the largest literal is found", () => {
  const bounds = boundsOf(
    { id: "a", type: "state.set", state: ["x".repeat(100)] },
    { id: "b", type: "action.call", action: "test.remote@1", input: { a: { $expr: "1" }, b: "y".repeat(50) } },
  );
  expect(bounds.largestLiteralBytes).toBe(104);
  expect(bounds.perStep.map(({ largestLiteralBytes }) => largestLiteralBytes)).toEqual([104, 52]);
});

test("[BND-01] a disabled step costs nothing", () => {
  expect(boundsOf({ ...remote("a"), disabled: true }).historyEvents).toBe(boundsOf().historyEvents);
});

test("loops in loops in loops end in no number at all rather than a wrong one", () => {
  let body: object[] = [remote("a")];
  for (let i = 0; i < 8; i += 1) body = [each(`l${i}`, body)];
  expect(boundsOf(...body)).toMatchObject({ historyEvents: null, unbounded: [] });
});
