import { expect, test } from "vitest";
import { action, testCatalogue } from "../testing/catalogue.ts";
import type { Issue } from "../values/issue.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import { checkDefinition } from "./check-definition.ts";

const order = {
  type: "object",
  required: ["id", "total"],
  additionalProperties: false,
  properties: {
    id: { type: "string" },
    total: { type: "number" },
    paid: { type: "boolean" },
    note: { type: ["string", "null"] },
    code: { type: ["string", "integer"] },
    tier: { enum: ["gold", "silver"] },
    customer: { type: "object", properties: { name: { type: "string" } }, additionalProperties: false },
    lines: {
      type: "array",
      items: {
        type: "object",
        properties: {
          sku: { type: "string" },
          price: { type: "number" },
          tags: { type: "array", items: { type: "string" } },
        },
        additionalProperties: false,
      },
    },
    open: { type: "object" },
    either: {
      oneOf: [
        { type: "object", properties: { a: { type: "number" } }, additionalProperties: false },
        { type: "string" },
      ],
    },
    tree: { $ref: "#/$defs/tree" },
  },
  $defs: {
    tree: {
      type: "object",
      properties: { label: { type: "string" }, below: { type: "array", items: { $ref: "#/$defs/tree" } } },
      additionalProperties: false,
    },
  },
};
const catalogue: CompileCatalogue = {
  ...testCatalogue,
  correlationPaths: {},
  actions: [
    ...testCatalogue.actions,
    action("stock.look@1", {
      outputSchema: {
        type: "object",
        required: ["count"],
        properties: { count: { type: "integer" }, place: { type: "string" } },
        additionalProperties: false,
      },
    }),
    action("stock.list@1", { outputSchema: { type: "array", items: { type: "string" } } }),
  ],
  forms: [
    {
      name: "visit",
      schema: { type: "object", properties: { minutes: { type: "number" } }, additionalProperties: false },
    },
  ],
};

const x = (source: string): object => ({ $expr: source });
const state = (source: string): object => ({ id: "s", type: "state.set", state: x(source) });
const look = { id: "look", type: "action.call", action: "stock.look@1", input: {}, saveAs: "found" };
const list = { id: "list", type: "action.call", action: "stock.list@1", input: {}, saveAs: "names" };
const set = (id: string, name: string, value: unknown): object => ({
  id,
  type: "transform.assign",
  assign: { [name]: value },
});
const wait = { id: "paid", type: "event.wait", event: "order.paid", correlationKey: "k", saveAs: "payment" };
const task = {
  id: "ask",
  type: "human.task",
  title: "How long?",
  assignTo: { users: ["ada"] },
  form: { ref: "visit" },
  saveAs: "visit",
};

function issuesOf(steps: readonly object[], more: object = {}): Issue[] {
  return checkDefinition({ workflow: "typed", payload: order, ...more, steps }, catalogue).issues;
}

function said(steps: readonly object[], more: object = {}): string[] {
  return issuesOf(steps, more).map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);
}

const atState = (steps: number): string => `/steps/${steps}/state/$expr`;

test.each<[what: string, steps: readonly object[], issue: string]>([
  ["a misspelt field of the payload", [state("payload.totl")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  ["a field two levels down", [state("payload.customer.nam")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  ["a field of list items", [state("payload.lines.prise")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  ["a field of a filtered list", [state("payload.lines[price > 3].skuu")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  ["a field inside a predicate", [state("payload.lines[prise > 3]")], `error FIELD_NOT_IN_SCHEMA ${atState(0)}`],
  [
    "a scope inside a predicate, where it means a member",
    [state("payload.lines[sku = payload.id]")],
    `error FIELD_NOT_IN_SCHEMA ${atState(0)}`,
  ],
  ["a field of a text", [state("payload.id.value")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  [
    "a field behind a reference",
    [state("payload.tree.below.below.lable")],
    `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`,
  ],
  ["a field that neither of two shapes has", [state("payload.either.b")], `error PAYLOAD_FIELD_UNKNOWN ${atState(0)}`],
  [
    "a field that an action does not give",
    [look, state("vars.found.cuont")],
    `error FIELD_NOT_IN_SCHEMA ${atState(1)}`,
  ],
  ["the same by its bare name", [look, state("found.cuont")], `error FIELD_NOT_IN_SCHEMA ${atState(1)}`],
  [
    "the same of a copy",
    [look, set("copy", "again", x("found")), state("again.cuont")],
    `error FIELD_NOT_IN_SCHEMA ${atState(2)}`,
  ],
  ["a field of the run's own data", [state("meta.runID")], `error FIELD_NOT_IN_SCHEMA ${atState(0)}`],
  [
    "a field that no event of that type should have",
    [wait, state("payment.ammount")],
    `warning FIELD_NOT_IN_SCHEMA ${atState(1)}`,
  ],
  ["a field that the form has not", [task, state("visit.hours")], `warning FIELD_NOT_IN_SCHEMA ${atState(1)}`],
  ["adding a text", [state("'No. ' + payload.id")], `error EXPR_TYPE ${atState(0)}`],
  ["adding text and number", [state("payload.total + payload.id")], `error EXPR_TYPE ${atState(0)}`],
  ["multiplying a boolean", [state("payload.paid * 2")], `error EXPR_TYPE ${atState(0)}`],
  ["subtracting an object", [state("payload.total - payload.customer")], `error EXPR_TYPE ${atState(0)}`],
  ["negating a text", [state("-payload.id")], `error EXPR_TYPE ${atState(0)}`],
  ["adding what may be a text", [state("payload.code + 1")], `warning EXPR_TYPE ${atState(0)}`],
  ["ordering a number and a text", [state("payload.total > payload.id")], `error EXPR_TYPE ${atState(0)}`],
  ["ordering a number and the text of one", [state("payload.total > '100'")], `error EXPR_TYPE ${atState(0)}`],
  ["ordering booleans", [state("payload.paid < true")], `error EXPR_TYPE ${atState(0)}`],
  ["ordering a number and the time", [state("payload.total < now")], `error EXPR_TYPE ${atState(0)}`],
  ["the sum of texts", [state("$sum(payload.lines.sku)")], `error EXPR_TYPE ${atState(0)}`],
  ["the sum of a list of texts", [list, state("$sum(names)")], `error EXPR_TYPE ${atState(1)}`],
  ["joining numbers", [state("$join(payload.lines.price, ',')")], `error EXPR_TYPE ${atState(0)}`],
  ["a text function of an object", [state("$uppercase(payload.customer)")], `error EXPR_TYPE ${atState(0)}`],
  ["a text function of a number", [state("$length(payload.total)")], `error EXPR_TYPE ${atState(0)}`],
  ["a text function of a list", [list, state("$contains(names, 'a')")], `error EXPR_TYPE ${atState(1)}`],
  ["a number function of a text", [state("$round(payload.id)")], `error EXPR_TYPE ${atState(0)}`],
  [
    "the wrong kind in a function over items",
    [state("$map(payload.lines, function($line) { $line.sku * 2 })")],
    `error EXPR_TYPE ${atState(0)}`,
  ],
  ["arithmetic on what an action gives", [look, state("found.place / 2")], `error EXPR_TYPE ${atState(1)}`],
  ["arithmetic on an answer", [task, state("$uppercase(visit.minutes)")], `warning EXPR_TYPE ${atState(1)}`],
  ["equal kinds that never are", [state("payload.total = '5'")], `warning COMPARISON_NEVER_TRUE ${atState(0)}`],
  [
    "a condition that is a text",
    [{ id: "i", type: "control.if", condition: x("payload.id"), then: [] }],
    "error CONDITION_NOT_BOOLEAN /steps/0/condition/$expr",
  ],
  [
    "a condition that is a list",
    [{ id: "i", type: "control.switch", cases: [{ when: x("payload.lines"), steps: [] }] }],
    "error CONDITION_NOT_BOOLEAN /steps/0/cases/0/when/$expr",
  ],
  [
    "a duration that is a text",
    [{ id: "t", type: "time.wait", durationMs: x("payload.id") }],
    "error VALUE_TYPE /steps/0/durationMs/$expr",
  ],
  [
    "a correlation key that is an object",
    [{ ...wait, event: "other", correlationKey: x("payload.customer") }],
    "error VALUE_TYPE /steps/0/correlationKey/$expr",
  ],
  [
    "items that are one object",
    [{ id: "l", type: "control.forEach", items: x("payload.customer"), body: [] }],
    "warning ITEMS_NOT_LIST /steps/0/items/$expr",
  ],
  [
    "a field of the item of a loop",
    [{ id: "l", type: "control.forEach", items: x("payload.lines"), itemVar: "line", body: [state("line.prise")] }],
    "error FIELD_NOT_IN_SCHEMA /steps/0/body/0/state/$expr",
  ],
  [
    "an input of another kind than the action takes",
    [{ id: "c", type: "action.call", action: "shop.charge@1", input: { amount: x("payload.id") } }],
    "error INPUT_TYPE_MISMATCH /steps/0/input/amount/$expr",
  ],
  [
    "an input of another kind than the called workflow takes",
    [{ id: "c", type: "control.callWorkflow", workflow: "child", input: { a: x("payload.customer") } }],
    "error INPUT_TYPE_MISMATCH /steps/0/input/a/$expr",
  ],
])("[LNX-04] %s is found at publish", (_, steps, issue) => {
  expect(said(steps)).toEqual([issue]);
});

test.each<[what: string, steps: readonly object[]]>([
  ["fields that are there", [state("payload.customer.name & payload.lines[0].sku & payload.tree.below.label")]],
  ["a field that may be there", [state("payload.open.anything.at.all")]],
  ["a field that one of two shapes has", [state("payload.either.a + 1")]],
  ["a misspelling that is asked for", [state("payload.totl ?? payload.total")]],
  ["what is asked for with $exists", [state("$exists(payload.totl) ? payload.totl : 0")]],
  ["what is asked for with $exists and and", [state("$exists(payload.totl) and payload.totl > 0")]],
  ["what is asked for the other way round", [state("$not($exists(payload.totl)) ? 0 : payload.totl")]],
  ["$coalesce", [state("$coalesce(payload.totl, payload.total)")]],
  ["a field that a step writes", [set("w", "payload.extra", 1), state("payload.extra + payload.total")]],
  ["text put together with &", [state("'No. ' & payload.total & payload.paid & payload.customer.name")]],
  ["a number that may be null", [state("$exists(payload.note) ? $length(payload.note) : 0")]],
  ["comparing with null", [state("payload.total = null or payload.customer = null")]],
  ["a kind that is asked for", [state("$type(payload.code) = 'string' ? $length(payload.code) : payload.code + 1")]],
  ["prices over a list, of which one may be found", [state("payload.lines[0].price * 2")]],
  ["the sum of numbers", [state("$sum(payload.lines.price) + $count(payload.lines)")]],
  ["the sum of what is computed", [state("$sum(payload.lines.(price * 2))")]],
  ["the sum of filtered numbers", [state("$sum(payload.lines[sku = 'a'].price)")]],
  [
    "sorting by a field, grouping by another",
    [state("payload.lines^(>price).sku"), { ...state("payload.lines{sku: $sum(price)}"), id: "t" }],
  ],
  ["scope names with $$ inside a predicate", [state("payload.lines[sku = $$.payload.id]")]],
  ["functions over items", [state("$map(payload.lines, function($line) { $line.sku & '!' })")]],
  ["reducing to a number", [state("$reduce(payload.lines, function($sum, $line) { $sum + $line.price }, 0)")]],
  ["variables of the expression", [state("($all := payload.lines.price; $max($all) - $min($all))")]],
  ["a list joined by texts", [list, state("$join(names, ', ') & $count(names)")]],
  ["`in` a list", [list, state("'a' in names and payload.tier in ['gold', 'bronze']")]],
  ["conversions", [state("$number(payload.id) + $length($string(payload.total)) > $number('5')")]],
  ["times, which are texts", [state("now > '2031' and nowIso() >= meta.startedAt and $toMillis(now) > 5")]],
  [
    "a variable that is written as several kinds",
    [set("a", "v", 1), set("b", "v", "text"), state("v + 1")].slice(0, 2),
  ],
  ["a variable that may be of either kind", [look, set("a", "found", { other: 1 }), state("found.other")]],
  ["a variable of which a part is written", [look, set("a", "vars.found.more", 1), state("found.more + 1")]],
  ["a variable that depends on itself", [set("a", "n", 0), set("b", "n", x("n + 1")), { ...state("n * 2"), id: "t" }]],
  [
    "what another action gives, of which no schema is known",
    [{ ...look, action: "crm.save@1" }, state("found.whatever + 1")],
  ],
  [
    "an error as it is caught",
    [
      {
        id: "g",
        type: "control.tryCatch",
        try: [look],
        catch: [state("error.code & error.details.anything & error.attempt")],
      },
    ],
  ],
  [
    "an error under its own name, and where none is given",
    [
      { ...look, onError: { policy: "continue" } },
      state("$exists(vars.error) ? vars.error.code & error.stepId : 'none'"),
    ],
  ],
  [
    "an event, a time and an answer as they were",
    [
      { ...wait, event: "other.event" },
      { id: "t", type: "time.wait", durationMs: 1 },
      state("event.payload.n + 1 & eventName & timeWait.skipped & payment.anything"),
    ],
  ],
  [
    "the items of an object's list",
    [{ id: "l", type: "control.forEach", items: x("payload.lines"), body: [state("item.price * index + length")] }],
  ],
  ["items of which nothing is known", [{ id: "l", type: "control.forEach", items: x("payload.open.list"), body: [] }]],
  [
    "a collected list",
    [
      {
        id: "l",
        type: "control.forEach",
        items: x("payload.lines"),
        body: [],
        collect: { value: x("item.price"), saveAs: "prices" },
      },
      state("$sum(prices[$ != null])"),
    ],
  ],
  [
    "what a child run leaves",
    [
      {
        id: "c",
        type: "control.callWorkflow",
        workflow: "child",
        input: { a: 1 },
        output: { n: x("childRun.output.n + childRun.payload.a") },
      },
      state("n * 2"),
    ],
  ],
  [
    "an input of the right kind, and of any",
    [
      {
        id: "c",
        type: "action.call",
        action: "shop.charge@1",
        input: { amount: x("payload.total"), currency: x("payload.open.currency") },
      },
    ],
  ],
])("[LNX-04] nothing is said of %s", (_, steps) => {
  expect(said(steps)).toEqual([]);
});

test("[LNX-04] nothing is said where there is no schema", () => {
  const steps = [state("payload.a.b + 1 > payload.c and $uppercase(payload.d) = payload.e")];
  expect(said(steps, { payload: undefined })).toEqual([]);
  expect(said(steps, { payload: { type: "object", properties: { a: {} } } })).toEqual([]);
});

test("an event is known to triggers and to a wait's own assignments by its type", () => {
  const triggers = [
    {
      id: "t",
      event: "order.paid",
      when: x("event.payload.ammount > 1"),
      payload: { id: x("event.payload.id"), total: x("event.payload.id") },
    },
  ];
  expect(said([{ ...wait, assign: { a: x("event.payload.ammount") } }], { triggers })).toEqual([
    "warning FIELD_NOT_IN_SCHEMA /steps/0/assign/a/$expr",
    "warning INPUT_TYPE_MISMATCH /triggers/0/payload/total/$expr",
    "warning FIELD_NOT_IN_SCHEMA /triggers/0/when/$expr",
  ]);
});

test("a finding has the place in the expression, the line, and what to do", () => {
  const text = `workflow: typed
payload: { type: object, properties: { orderId: { type: string } }, additionalProperties: false }
steps:
  - id: s
    type: state.set
    state: { $expr: "payload.orderID & 'x'" }
  - id: t
    type: state.set
    state: { $expr: "'No. ' + payload.orderId" }
`;
  expect(checkDefinition(text, catalogue).issues).toEqual([
    {
      code: "PAYLOAD_FIELD_UNKNOWN",
      severity: "error",
      pointer: "/steps/0/state/$expr",
      line: 6,
      stepId: "s",
      message: 'payload has no "orderID", and can have no other properties. Did you mean "orderId"? (character 1)',
      remedy: expect.stringContaining("Correct the name"),
    },
    {
      code: "EXPR_TYPE",
      severity: "error",
      pointer: "/steps/1/state/$expr",
      line: 9,
      stepId: "t",
      message: '"+" takes numbers, and "No. " is text. (character 8)',
      remedy: "Join texts with &, or make a number of one with $number(..).",
    },
  ]);
});

test("an error that is bound at vars.error for want of another name is no undefined variable", () => {
  const call = { ...look, onError: { policy: "continue" } };
  expect(said([call, state("vars.error.code")])).toEqual([`warning VARIABLE_MAYBE_UNDEFINED ${atState(1)}`]);
});

// Followed one by one, the ways through them would be more than there are atoms: the test would not end.
test("a schema of thousands of crossing references, and thousands of variables that lead on to each other, are checked", () => {
  const $defs: Record<string, object> = {};
  for (let i = 0; i < 2000; i += 1) {
    const next = { $ref: `#/$defs/d${(i + 1) % 2000}` };
    $defs[`d${i}`] = {
      type: "object",
      properties: { a: next, b: next },
      allOf: [{ properties: { c: next } }],
      anyOf: [{ type: "object" }, { type: "string" }],
    };
  }
  const chain = Array.from({ length: 3000 }, (_, i) =>
    set(`c${i}`, `v${i}`, x(`[v${i + 1}, v${i + 1}, payload.a.b.c]`)),
  );
  const payload = { type: "object", $defs, $ref: "#/$defs/d0" };
  const found = issuesOf([...chain, set("last", "v3000", 1)], { payload });
  expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["VARIABLE_UNDEFINED"]));
});
