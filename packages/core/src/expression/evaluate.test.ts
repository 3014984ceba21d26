import { expect, test } from "vitest";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateExpression } from "./evaluate.ts";
import type { EvaluateResult } from "./evaluate.ts";
import type { Json } from "../values/json.ts";

const now = "2026-11-26T05:13:00.000Z";

function evaluated(source: string, scope: object = {}, fuel?: number): EvaluateResult {
  const compiled = compileExpression(source);
  if ("issues" in compiled) throw new Error(`${source}: ${compiled.issues[0]?.message}`);
  // As the program comes out of the database.
  const expression = JSON.parse(JSON.stringify(compiled.expression)) as typeof compiled.expression;
  return evaluateExpression(expression, scope, { now, fuel });
}

function valueOf(source: string, scope: object = {}): Json | undefined {
  const result = evaluated(source, scope);
  if (result.error !== undefined) throw new Error(`${source}: ${result.error.message}`);
  return result.value;
}

test("[INT-06] a bare name is a key of the scope, else a variable of the workflow", () => {
  const scope = {
    payload: { a: 1 },
    vars: { rate: 2, payload: 9, list: [{ x: 1 }, { x: 2 }], now: 5 },
    item: { sku: "s" },
    index: 0,
  };
  expect(valueOf("payload.a", scope)).toBe(1);
  expect(valueOf("vars.rate", scope)).toBe(2);
  expect(valueOf("rate", scope)).toBe(2);
  expect(valueOf("list.x", scope)).toEqual([1, 2]);
  expect(valueOf("item.sku & index", scope)).toBe("s0");
  expect(valueOf("$.rate + $$.rate", scope)).toBe(4);
  expect(valueOf("[1, 2].($ * $$.rate)", scope)).toEqual([2, 4]);
  expect(valueOf("$map(list, function($i) { $i.x * rate })", scope)).toEqual([2, 4]);
  expect(valueOf("{'r': rate}.r", scope)).toBe(2);
  expect(valueOf("(rate)", scope)).toBe(2);
  // Only the scope itself falls back to its variables, not what is below it.
  expect(valueOf("list[rate = 2]", scope)).toBeUndefined();
  expect(valueOf("payload.rate", scope)).toBeUndefined();
  expect(valueOf("now", scope)).toBe(5);
  expect(valueOf("missing", scope)).toBeUndefined();
});

test("[LNG-08] nowIso() and now give the instant that the step was given", () => {
  expect(valueOf("nowIso()")).toBe(now);
  expect(valueOf("$nowIso()")).toBe(now);
  expect(valueOf("now")).toBe(now);
  expect(valueOf("now > '2026' and nowIso() = now")).toBe(true);
  expect(valueOf("$fromMillis($toMillis(now) + 1000)")).toBe("2026-11-26T05:13:01.000Z");
  expect(valueOf("meta.now", { meta: { now: "x" } })).toBe("x");
});

test("[TST-05] == means = by token, and never inside a text, a name or a comment", () => {
  const scope = { a: "x == y", "k == 1": 7, n: 5 };
  expect(valueOf('a == "x == y"', scope)).toBe(true);
  expect(valueOf("a == 'x = y'", scope)).toBe(false);
  expect(valueOf("`k == 1` == 7", scope)).toBe(true);
  expect(valueOf('$."k == 1"', scope)).toBe(7);
  expect(valueOf("n /* == */ == 5", scope)).toBe(true);
  expect(valueOf("[n][$==5]", scope)).toBe(5);
  expect(valueOf("n==5 ? 'y' : 'n'", scope)).toBe("y");
  expect(compileExpression("n === 5")).toMatchObject({ issues: [{ code: "EXPR_SYNTAX" }] });
});

test("our own functions may be called with and without $", () => {
  expect(valueOf("coalesce(a, null, 0, 1)", {})).toBe(0);
  expect(valueOf("$coalesce(a, b)", { b: false })).toBe(false);
  expect(valueOf("coalesce(a)", {})).toBeUndefined();
  expect(valueOf("[len('aé😀'), len([1, 2]), $len({'a': 1}), len(missing), len(null), len([])]")).toEqual([
    3, 2, 1, 0, 0, 0,
  ]);
  expect(evaluated("len(5)").error?.code).toBe("EXPR_TYPE");
  expect(
    valueOf("[toString(5), toString('a'), $toString([1]), toString(missing), toString(null), toString(0.1 + 0.2)]"),
  ).toEqual(["5", "a", "[1]", "", "", "0.3"]);
  expect(valueOf("append([1], 2)")).toEqual([1, 2]);
  expect(valueOf("append(missing, [1])")).toEqual([1]);
  expect(valueOf("$append([vars.scans], [vars.s.at])", { vars: { s: { at: "t" } } })).toEqual(["t"]);
  expect(valueOf("payload.items.len(tags)", { payload: { items: [{ tags: [1] }, {}] } })).toEqual([1, 0]);
});

test("[CASE-1] one element is not a list", () => {
  const of = (items: Json) => (source: string) => valueOf(source, { payload: { items } });
  const a = of([{ tag: "red" }]);
  const b = of([{ tag: "red" }, { tag: "red" }, { tag: "blue" }]);
  const c = of([]);
  const [bare, inner, wrapped] = [
    "$distinct(payload.items.tag)",
    "$distinct(payload.items.tag[])",
    "[$distinct(payload.items.tag)]",
  ] as const;
  expect([a(bare), a(inner), a(wrapped)]).toEqual(["red", ["red"], ["red"]]);
  expect([b(bare), b(inner), b(wrapped)]).toEqual([
    ["red", "blue"],
    ["red", "blue"],
    ["red", "blue"],
  ]);
  expect([c(bare), c(inner), c(wrapped)]).toEqual([undefined, undefined, []]);
});

test("a result is plain JSON that survives a round trip", () => {
  const scope = { a: [{ b: 1 }, { b: 2 }], z: 0, list: [1, 2] };
  for (const source of [
    "a.b",
    "[a.b, [a.b]]",
    "{'x': a.b, 'y': a[0].b}",
    "$map(a, function($x) { $x.b })",
    "-z",
    "[-z, {'n': -z}]",
    "list",
    "a.{'k': b}",
  ]) {
    const value = valueOf(source, scope);
    expect(value).toStrictEqual(JSON.parse(JSON.stringify(value)));
    if (Array.isArray(value)) expect(Object.keys(value)).toEqual(value.map((_, i) => `${i}`));
  }
  // What is only passed on is not copied.
  expect(valueOf("list", scope)).toBe(scope.list);
});

test("[LNX-02] the scope is never changed, whatever is evaluated over it", () => {
  const scope = freeze({ list: [[], [1], [[2]]], objects: [{ a: [] }, { a: [1] }], empty: [], nested: { deep: [{}] } });
  const before = JSON.stringify(scope);
  for (const source of [
    "empty{'k': $}",
    "list.{'k': $}",
    "objects.a[]",
    "$sort(list[1])",
    "objects^(a[0])",
    "$append(list, 1)",
    "$reverse(list)",
    "nested.deep[]",
    "list[0]{'a': 1}",
    "$map(list, function($x) { $x{'a': 1} })",
  ]) {
    evaluated(source, scope);
    expect(JSON.stringify(scope), source).toBe(before);
  }
});

test("[LNX-02] the same expression over the same data uses the same fuel, compiled again and stored or not", () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ id: i, tag: `t${i % 7}`, at: [i, { x: `${i}` }] }));
  for (const source of [
    "rows[id > 10].tag",
    "rows{tag: $sum(id)}",
    "rows^(>id).at.x",
    "$string(rows)",
    "$distinct(rows.at)",
    "$map(rows, function($r) { $r.id & $r.tag })",
  ]) {
    const first = evaluated(source, { rows });
    const second = evaluated(source, JSON.parse(JSON.stringify({ rows })) as object);
    expect(first.error, source).toBeUndefined();
    expect(second).toEqual(first);
    expect(first.fuelUsed).toBeGreaterThan(0);
    // Exactly enough is enough, one less is not.
    expect(evaluated(source, { rows }, first.fuelUsed)).toEqual(first);
    expect(evaluated(source, { rows }, first.fuelUsed - 1)).toMatchObject({
      error: { code: "EXPR_FUEL" },
      fuelUsed: first.fuelUsed - 1,
    });
  }
});

test("an error has a code, JSONata's code in the message, and the position", () => {
  expect(evaluated("1 + 'a'").error).toEqual({
    code: "EXPR_TYPE",
    message: "The right side of + must be a number (T2002)",
    position: 2,
  });
  expect(evaluated("payload.a < null", { payload: { a: 1 } }).error).toMatchObject({ code: "EXPR_TYPE", position: 10 });
  expect(evaluated("5 & $number('x')").error).toMatchObject({ code: "EXPR_VALUE", position: 4 });
  expect(evaluated("$error('no stock')").error).toMatchObject({ code: "EXPR_RAISED", message: "no stock" });
  expect(evaluated("$assert(1 = 2, 'sum is off')").error).toMatchObject({ code: "EXPR_RAISED", message: "sum is off" });
  expect(evaluated("$sum(['a'])").error?.message).toContain("T0412");
});

test("[CAS-01] a text or key that cannot be stored is no result, whatever made it", () => {
  expect(evaluated("a", { a: "\u0000" }).error?.code).toBe("TEXT_NOT_STORABLE");
  expect(evaluated("{a: 1}", { a: "\ud83d" }).error?.code).toBe("TEXT_NOT_STORABLE");
  expect(evaluated("[{'x': [a]}]", { a: "\ude00" }).error?.code).toBe("TEXT_NOT_STORABLE");
  expect(valueOf("a & 'b'", { a: "😀\u0001" })).toBe("😀\u0001b");
});

test("a result has at most 256 KiB as JSON, to the byte", () => {
  const max = 256 * 1024;
  expect(valueOf("a", { a: "x".repeat(max - 2) })).toHaveLength(max - 2);
  expect(evaluated("a", { a: "x".repeat(max - 1) }).error?.code).toBe("EXPR_OUTPUT_TOO_LARGE");
  expect(evaluated("a", { a: "é".repeat(max / 2) }).error?.code).toBe("EXPR_OUTPUT_TOO_LARGE");
  expect(valueOf("[a, a]", { a: "x".repeat(max / 2 - 4) })).toHaveLength(2);
  expect(evaluated("[a, a]", { a: "x".repeat(max / 2 - 3) }).error?.code).toBe("EXPR_OUTPUT_TOO_LARGE");
  expect(valueOf("$length(a)", { a: "x".repeat(max * 4) })).toBe(max * 4);
});

test("a compiled form of another version ends in an error, not in an exception", () => {
  const forms = [
    { op: "future" },
    { op: "call", name: "future", args: [], at: 0 },
    { op: "lambda", params: [], body: { op: "root" } },
  ];
  for (const form of forms) {
    const result = evaluateExpression({ source: "?", form: form as never }, {}, { now });
    expect(result.error?.code).toBe("EXPR_FORM_UNKNOWN");
  }
});

test("[LNX-02] a polluted prototype is not read", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  prototype["injected"] = { secret: 1 };
  try {
    for (const source of [
      "injected",
      "payload.injected",
      "payload.injected.secret",
      "$lookup(payload, 'injected')",
      "vars.injected",
      "[{}].injected",
    ]) {
      expect(valueOf(source, { payload: {}, vars: {} }), source).toBeUndefined();
    }
    expect(valueOf("$keys(payload)", { payload: {} })).toBeUndefined();
    expect(valueOf("$merge([{}, {'a': 1}])")).toEqual({ a: 1 });
  } finally {
    delete prototype["injected"];
  }
});

function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
