import fc from "fast-check";
import type { Json } from "../values/json.ts";

/** A generated expression, and the construct that it was made for. */
export interface GeneratedExpression {
  readonly construct: string;
  readonly source: string;
}

const names = ["a", "b", "c", "x", "list"];
const name = fc.constantFrom(...names);

/** Small data with the names that generated expressions read: arrays in arrays, objects in arrays, holes, all scalars. */
export const generatedData: fc.Arbitrary<Json> = fc.letrec<{ value: Json; object: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(0, 1, 2, -1, 2.5, 10, "", "a", "b", "10", "é😀", true, false, null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
    fc.array(tie("object"), { maxLength: 4 }),
  ),
  object: fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
})).object;

type Rule =
  | "any"
  | "step"
  | "path"
  | "predicate"
  | "arithmetic"
  | "operand"
  | "comparison"
  | "boolean"
  | "condition"
  | "constructor"
  | "group"
  | "order"
  | "block"
  | "lambda"
  | "body"
  | "call"
  | "concatenation";

const literal = fc.constantFrom(
  "0",
  "1",
  "2",
  "-1",
  "2.5",
  '"a"',
  '"b"',
  '""',
  '"10"',
  "true",
  "false",
  "null",
  "[]",
  "{}",
);

const oneArgument = [
  "count",
  "exists",
  "string",
  "boolean",
  "not",
  "type",
  "distinct",
  "reverse",
  "sort",
  "sum",
  "max",
  "min",
  "average",
  "keys",
  "spread",
  "merge",
  "number",
  "abs",
  "floor",
  "length",
  "uppercase",
  "trim",
  "join",
];
const withContext = [
  "string",
  "boolean",
  "not",
  "keys",
  "spread",
  "length",
  "uppercase",
  "number",
  "floor",
  "trim",
  "abs",
];

/** Expressions of every construct, nested a few levels deep. Most make sense to a type checker, some do not. */
export const generatedExpression: fc.Arbitrary<GeneratedExpression> = fc
  .letrec<Record<Rule, string>>((tie) => {
    const any = tie("any");
    const inside = (template: (...parts: string[]) => string, ...parts: fc.Arbitrary<string>[]) =>
      fc.tuple(...parts).map((texts) => template(...texts));
    return {
      any: fc.oneof(
        { depthSize: "small", maxDepth: 4 },
        literal,
        tie("path"),
        tie("path"),
        tie("predicate"),
        tie("arithmetic"),
        tie("comparison"),
        tie("boolean"),
        tie("condition"),
        tie("constructor"),
        tie("group"),
        tie("order"),
        tie("block"),
        tie("lambda"),
        tie("call"),
        tie("concatenation"),
      ),
      step: fc.oneof(
        name,
        name,
        name,
        fc.constantFrom("*", "**", "$", "a[]", "b[]"),
        inside((e) => `(${e})`, any),
        inside((e) => `[${e}]`, any),
        inside((e) => `{"k": ${e}}`, any),
      ),
      path: fc.oneof(
        name,
        inside((a, b) => `${a}.${b}`, name, name),
        inside((a, b, c) => `${a}.${b}.${c}`, name, tie("step"), tie("step")),
        inside((a, b) => `${a}.${b}`, tie("step"), tie("step")),
        inside((a, b) => `$.${a}.${b}`, name, tie("step")),
        inside((a, b) => `${a}.${b}[]`, name, name),
        inside((a, b) => `(${a}).${b}`, any, tie("step")),
      ),
      predicate: fc.oneof(
        inside((p, i) => `${p}[${i}]`, tie("path"), fc.constantFrom("0", "1", "-1", "5")),
        inside((p, e) => `${p}[${e}]`, tie("path"), any),
        inside((p, e, s) => `${p}[${e}].${s}`, name, tie("comparison"), tie("step")),
        inside((e, i) => `(${e})[${i}]`, any, fc.constantFrom("0", "-1", "$ = 1", "[0, 1]")),
        inside((a, b) => `[${a}, ${b}][0]`, any, any),
      ),
      arithmetic: fc.oneof(
        inside(
          (a, op, b) => `${a} ${op} ${b}`,
          tie("operand"),
          fc.constantFrom("+", "-", "*", "/", "%"),
          tie("operand"),
        ),
        inside((a, b, c) => `${a} + ${b} * ${c}`, tie("operand"), tie("operand"), tie("operand")),
        inside((a) => `-${a}`, tie("operand")),
        inside((e) => `$sum(${e})`, any),
      ),
      operand: fc.oneof(
        fc.constantFrom("1", "2", "0.5", "10"),
        name,
        inside((e) => `(${e})`, any),
        inside((e) => `$count(${e})`, any),
      ),
      comparison: fc.oneof(
        inside(
          (a, op, b) => `${a} ${op} ${b}`,
          tie("operand"),
          fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "in"),
          tie("operand"),
        ),
        inside((a, b) => `(${a}) = (${b})`, any, any),
        inside((a, b) => `(${a}) in [${b}]`, any, any),
      ),
      boolean: inside((a, op, b) => `(${a}) ${op} (${b})`, any, fc.constantFrom("and", "or"), any),
      condition: fc.oneof(
        inside((c, a, b) => `(${c}) ? (${a}) : (${b})`, any, any, any),
        inside((c, a) => `(${c}) ? ${a}`, any, any),
        inside((c, a, d, b, e) => `${c} ? ${a} : ${d} ? ${b} : ${e}`, name, any, name, any, any),
        inside((a, op, b) => `(${a}) ${op} (${b})`, any, fc.constantFrom("?:", "??"), any),
        inside((a, op, b) => `${a} ${op} ${b}`, name, fc.constantFrom("?:", "??"), any),
      ),
      constructor: fc.oneof(
        inside((a, b) => `[${a}, ${b}]`, any, any),
        inside((a) => `[${a}]`, any),
        inside((a) => `[${a}..3]`, fc.constantFrom("0", "1", "3", "5", "a")),
        inside((k, v, w) => `{"${k}": ${v}, "z": ${w}}`, name, any, any),
        inside((k, v) => `{$string(${k}): ${v}}`, any, any),
      ),
      group: fc.oneof(
        inside((p, k, v) => `${p}{$string(${k}): ${v}}`, tie("path"), name, any),
        inside((p, v) => `${p}{"all": ${v}}`, tie("path"), any),
        inside((e, v) => `(${e}){"k": ${v}}`, any, any),
      ),
      order: fc.oneof(
        inside((p, t) => `${p}^(${t})`, tie("path"), any),
        inside((p, t, u) => `${p}^(>${t}, ${u})`, tie("path"), name, name),
        inside((p, t, s) => `${p}^(${t}).${s}`, name, name, tie("step")),
      ),
      block: fc.oneof(
        inside((a, b) => `($v := ${a}; [$v, ${b}])`, any, any),
        inside((a, s) => `($v := ${a}; $v.${s})`, any, tie("step")),
        inside((a, b) => `($v := ${a}; $v[${b}])`, any, any),
        inside((a, b) => `($v := ${a}; ($v := ${b}; $v); $v)`, any, any),
        inside((a, b) => `(${a}; ${b})`, any, any),
      ),
      lambda: fc.oneof(
        inside((e, b) => `$map(${e}, function($i) { ${b} })`, any, tie("body")),
        inside((e, b) => `$map(${e}, function($i, $n, $all) { [$i, $n, $count($all), ${b}] })`, any, tie("body")),
        inside((e, b) => `$filter(${e}, function($i) { ${b} })`, any, tie("body")),
        inside((e, b) => `$reduce(${e}, function($p, $i) { [$p, ${b}] })`, any, tie("body")),
        inside((e) => `$reduce(${e}, function($p, $i) { $append($p, $i) }, [])`, any),
        inside((e) => `$sort(${e}, function($l, $r) { $string($l) > $string($r) })`, any),
        inside((e, b) => `$single(${e}, function($i) { ${b} })`, any, tie("body")),
        inside((e, b) => `$each(${e}, function($i, $k) { [$k, ${b}] })`, any, tie("body")),
        inside((e, b) => `$sift(${e}, function($i, $k) { ${b} })`, any, tie("body")),
        inside((e, b) => `${e} ~> $map(function($i) { ${b} })`, name, tie("body")),
      ),
      body: fc.oneof(
        fc.constantFrom("$i", "$i.a", "$i[0]", "[$i]", "$i ?? 0", "$count($i)", "$type($i)", "$i = 1", '$i.a & "!"'),
        any,
        inside((f) => `$i.${f}`, tie("step")),
        inside((c) => `$i ? ${c} : $filter($i, function($j) { $j })`, any),
        inside((e) => `($w := $i; ${e})`, any),
      ),
      call: fc.oneof(
        inside((f, e) => `$${f}(${e})`, fc.constantFrom(...oneArgument), any),
        inside((f, e) => `${e}.$${f}()`, fc.constantFrom(...withContext), name),
        inside(
          (f, a, b) => `$${f}(${a}, ${b})`,
          fc.constantFrom(
            "append",
            "lookup",
            "zip",
            "join",
            "split",
            "contains",
            "substringBefore",
            "substring",
            "power",
            "round",
            "pad",
          ),
          any,
          any,
        ),
        inside((f, e) => `(${e}) ~> $${f}()`, fc.constantFrom(...oneArgument), any),
        inside((f, e) => `(${e}) ~> $${f}`, fc.constantFrom(...oneArgument), any),
        inside((e) => `$keys(${e})`, any),
      ),
      concatenation: inside((a, b) => `(${a}) & (${b})`, any, any),
    };
  })
  .any.map((source) => ({ construct: constructOf(source), source }));

/** The construct that a source mainly shows, for the counts of refusals. */
function constructOf(source: string): string {
  if (source.includes("function(")) return "higher-order";
  if (source.includes(":=")) return "blocks";
  if (source.includes("^(")) return "ordering";
  if (source.includes("}") && source.includes("{")) return "objects and grouping";
  if (source.includes("~>") || source.includes("$")) return "functions";
  if (source.includes("?")) return "conditions";
  if (source.includes("[")) return "predicates and arrays";
  return "paths and operators";
}
