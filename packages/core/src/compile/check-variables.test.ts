import { expect, test } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { compileDefinition } from "./compile-definition.ts";
import { parseDefinition } from "./parse-definition.ts";

function findings(steps: readonly object[], more: object = {}): string[] {
  const parsed = parseDefinition({ workflow: "variables", ...more, steps });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  return compileDefinition(parsed.definition, testCatalogue).issues.map(({ code, pointer }) => `${code} ${pointer}`);
}

const x = (source: string): object => ({ $expr: source });
const set = (id: string, name: string): object => ({ id, type: "transform.assign", assign: { [name]: 1 } });
const read = (id: string, source: string): object => ({ id, type: "state.set", state: x(source) });
const possible = "VARIABLE_MAYBE_UNDEFINED /steps/1/state/$expr";

test("[LNX-04] a variable that no step sets is an error, and none after it was set", () => {
  expect(findings([read("a", "vars.n"), set("b", "n"), read("c", "n + vars.n")])).toEqual([
    "VARIABLE_UNDEFINED /steps/0/state/$expr",
  ]);
});

test.each([
  "$exists(vars.n)",
  "vars.n ?? 0",
  "$coalesce(vars.n, 1)",
  "$exists(vars.n) ? vars.n : 0",
  "$exists(vars.n) and vars.n > 1",
])("[LNX-04] nothing is said of %s", (source) => {
  expect(findings([read("a", source)])).toEqual([]);
});

test("[LNX-04] a variable that is set on one way only is a warning", () => {
  expect(
    findings([{ id: "a", type: "control.if", condition: x("payload.c"), then: [set("b", "n")] }, read("c", "vars.n")]),
  ).toEqual([possible]);
  expect(
    findings([
      { id: "a", type: "control.if", condition: x("payload.c"), then: [set("b", "n")], else: [set("d", "n")] },
      read("c", "vars.n"),
    ]),
  ).toEqual([]);
});

test("a way that ends the run does not count", () => {
  const gate = {
    id: "a",
    type: "control.if",
    condition: x("payload.c"),
    then: [{ id: "r", type: "control.return" }],
    else: [set("d", "n")],
  };
  expect(findings([gate, read("c", "vars.n")])).toEqual([]);
});

test("what an action that may fail and go on saves is not certain", () => {
  const call = { id: "a", type: "action.call", action: "crm.save@1", input: {}, saveAs: "n" };
  expect(findings([call, read("c", "n.id")])).toEqual([]);
  expect(findings([{ ...call, onError: { policy: "continue", captureErrorAs: "e" } }, read("c", "n.id")])).toEqual([
    possible,
  ]);
});

test("loops see what they set in the turn before, perhaps", () => {
  const loop = {
    id: "l",
    type: "control.while",
    condition: x("iteration < 3"),
    maxIterations: 3,
    body: [read("a", "vars.n"), set("b", "n"), read("c", "n")],
  };
  expect(findings([loop])).toEqual(["VARIABLE_MAYBE_UNDEFINED /steps/0/body/0/state/$expr"]);
});

test("locals of loops, catches and waits are known where they are, and nowhere else", () => {
  const each = {
    id: "l",
    type: "control.forEach",
    items: [1],
    itemVar: "line",
    body: [read("a", "item + index + length + line"), read("b", "isFirst and isLast")],
  };
  expect(findings([each])).toEqual([]);
  expect(findings([each, read("c", "item")])).toEqual(["VARIABLE_UNDEFINED /steps/1/state/$expr"]);
  const guard = { id: "g", type: "control.tryCatch", try: [], catch: [read("a", "error.code")] };
  expect(findings([guard, read("b", "error.code")])).toEqual(["VARIABLE_UNDEFINED /steps/1/state/$expr"]);
  const wait = {
    id: "w",
    type: "event.wait",
    event: "e",
    correlationKey: "k",
    filters: [{ path: "a", op: "=", value: x("event.id") }],
    assign: { n: x("event.payload.n") },
    saveAs: "p",
  };
  expect(findings([wait, read("r", "n & p & event.id & eventName")])).toEqual([]);
  expect(
    findings([
      { id: "t", type: "time.wait", durationMs: 1 },
      read("r", "timeWait.skipped and system.runId = meta.runId and now > ''"),
    ]),
  ).toEqual([]);
});

test("[WAI-04] [WAI-09] what a step assigns may read what it has just waited for or been given", () => {
  const assigns = (step: object, source: string): string[] =>
    findings([{ id: "w", ...step, assign: { n: x(source) } }]);
  const paid = { type: "event.wait", event: "e", correlationKey: "k", saveAs: "paid" };
  expect(assigns(paid, "vars.paid.amount & vars.event.source & vars.eventName")).toEqual([]);
  expect(assigns({ type: "time.wait", durationMs: 1 }, "vars.timeWait.plannedAt")).toEqual([]);
  const task = { type: "human.task", title: "t", assignTo: { users: ["u"] }, form: {}, saveAs: "said" };
  expect(assigns(task, "vars.said.ok and vars.event.by != ''")).toEqual([]);
  expect(assigns(paid, "vars.n")).toEqual(["VARIABLE_UNDEFINED /steps/0/assign/n/$expr"]);
  expect(assigns({ type: "time.wait", durationMs: 1 }, "vars.event.id")).toEqual([
    "VARIABLE_UNDEFINED /steps/0/assign/n/$expr",
  ]);
});

test("the errors that onItemError collects are there whatever the items did", () => {
  const loop = {
    id: "l",
    type: "control.forEach",
    items: [1],
    onItemError: "continue",
    body: [],
    collect: { value: 1, saveAs: "list" },
  };
  expect(findings([loop, read("r", "$count(vars.listErrors) + $count(vars.list)")])).toEqual([]);
});

test("in predicates and later steps of a path names mean members, and nothing is said of them", () => {
  expect(
    findings([read("a", "payload.lines[price > 3].(price * amount)"), read("b", "payload.lines^(>price).sku")]),
  ).toEqual([]);
});

test("branches of a parallel see each other's variables, perhaps, and all of them afterwards", () => {
  const all = {
    id: "p",
    type: "control.parallel",
    branches: [
      { id: "a", steps: [set("s", "n")] },
      { id: "b", steps: [read("r", "vars.n"), set("t", "m")] },
    ],
  };
  expect(findings([all, read("c", "n + m")])).toEqual([
    "VARIABLE_MAYBE_UNDEFINED /steps/0/branches/1/steps/0/state/$expr",
  ]);
  expect(findings([{ ...all, completion: "any" }, read("c", "m")])).toEqual([
    "VARIABLE_MAYBE_UNDEFINED /steps/0/branches/1/steps/0/state/$expr",
    possible,
  ]);
});

test("two branches that may write the same place are a warning", () => {
  const parallel = (a: string, b: string): object => ({
    id: "p",
    type: "control.parallel",
    branches: [
      { id: "a", steps: [set("s", a)] },
      { id: "b", steps: [set("t", b)] },
    ],
  });
  expect(findings([parallel("n", "vars.n.part")])).toEqual(["BRANCHES_WRITE_SAME /steps/0"]);
  expect(findings([parallel("n.a".replace("n.", "vars.n."), "vars.n.b")])).toEqual([]);
  expect(findings([parallel("n", "name")])).toEqual([]);
});

test("[CAS-01] [CASE-7] collecting what the body sets on some ways only is a warning", () => {
  const keep = { id: "keep", type: "transform.assign", assign: { "vars.kept": x("item") } };
  const loop = (body: readonly object[]): object => ({
    id: "loop",
    type: "control.forEach",
    items: [1, 2],
    concurrency: x("payload.c"),
    body,
    collect: { value: x("vars.kept"), saveAs: "list" },
  });
  expect(findings([loop([{ id: "pick", type: "control.if", condition: x("item % 2 = 0"), then: [keep] }])])).toEqual([
    "COLLECT_DEPENDS_ON_CONCURRENCY /steps/0/collect/value/$expr",
  ]);
  expect(findings([loop([keep]), read("r", "list")])).toEqual([]);
});

test("what a concurrent forEach sets is dropped with its items", () => {
  const loop = { id: "l", type: "control.forEach", items: [1], concurrency: 2, body: [set("s", "n")] };
  expect(findings([loop, read("c", "n")])).toEqual(["VARIABLE_UNDEFINED /steps/1/state/$expr"]);
});

test("a payload field is looked for in the schema where that is closed", () => {
  const payload = { type: "object", properties: { orderId: { type: "string" } }, additionalProperties: false };
  expect(findings([read("a", "payload.orderID")], { payload })).toEqual(["PAYLOAD_FIELD_UNKNOWN /steps/0/state/$expr"]);
  expect(findings([set("w", "payload.extra"), read("a", "payload.orderId & payload.extra")], { payload })).toEqual([]);
  expect(findings([read("a", "payload.any")], { payload: { ...payload, additionalProperties: true } })).toEqual([]);
});

test("what is read after a try is certain only when both ways set it", () => {
  const guard = {
    id: "g",
    type: "control.tryCatch",
    captureErrorAs: "failure",
    try: [set("s", "n")],
    catch: [read("r", "failure.code")],
  };
  expect(findings([guard, read("c", "n")])).toEqual([possible]);
  expect(findings([{ ...guard, catch: [set("t", "n")] }, read("c", "n")])).toEqual([]);
});
