import { expect, test } from "vitest";
import { compileExpression } from "./compile-expression.ts";
import { expressionIssues } from "../../errors/expression-refusals.ts";
import { functionNames } from "../../expression/functions/table.ts";

/** Refused sources, each with the code and the position of the first issue. */
const refused: readonly (readonly [source: string, code: string, position: number])[] = [
  ["/ab+/", "EXPR_REGEX_REFUSED", 0],
  ["$contains(a, /x/)", "EXPR_REGEX_REFUSED", 13],
  ["a[/x/]", "EXPR_REGEX_REFUSED", 2],
  ["1 / /x/", "EXPR_REGEX_REFUSED", 4],
  ["(/(a+)+$/)", "EXPR_REGEX_REFUSED", 1],
  ["$eval('1')", "EXPR_FUNCTION_REFUSED", 0],
  ["$random()", "EXPR_FUNCTION_REFUSED", 0],
  ["$millis()", "EXPR_FUNCTION_REFUSED", 0],
  ["$now()", "EXPR_FUNCTION_REFUSED", 0],
  ["now()", "EXPR_FUNCTION_REFUSED", 0],
  ["$shuffle(a)", "EXPR_FUNCTION_REFUSED", 0],
  ["$match(a, b)", "EXPR_FUNCTION_REFUSED", 0],
  ["a ~> $eval", "EXPR_FUNCTION_REFUSED", 5],
  ["a ~> |b|{'c': 1}|", "EXPR_TRANSFORM_REFUSED", 5],
  ["|a|{'b': 1}|", "EXPR_TRANSFORM_REFUSED", 0],
  ["a.b.%", "EXPR_PARENT_REFUSED", 4],
  ["a.b[%.c = 1]", "EXPR_PARENT_REFUSED", 4],
  ["a@$x.b", "EXPR_JOIN_REFUSED", 1],
  ["a#$i.b", "EXPR_JOIN_REFUSED", 1],
  ["($f := function($x) { $x }; 1)", "EXPR_FUNCTION_VALUE", 15],
  ["($f := $sum; $f(a))", "EXPR_FUNCTION_VALUE", 7],
  ["function($x) { $x }", "EXPR_FUNCTION_VALUE", 8],
  ["function($x) { $x }(1)", "EXPR_FUNCTION_VALUE", 8],
  ["[function() { 1 }]", "EXPR_FUNCTION_VALUE", 9],
  ["{'f': $sum}", "EXPR_FUNCTION_VALUE", 6],
  ["$string(function() { 1 })", "EXPR_FUNCTION_VALUE", 16],
  ["$map(a, function($f) { $f(1) })", "EXPR_FUNCTION_VALUE", 23],
  ["a ~> (function($x) { $x })", "EXPR_FUNCTION_VALUE", 5],
  ["$map(a, $string)", "EXPR_FUNCTION_VALUE", 8],
  ["$map(a, b)", "EXPR_LAMBDA_REQUIRED", 0],
  ["$sort(a, b)", "EXPR_LAMBDA_REQUIRED", 0],
  ["$each(a, b)", "EXPR_LAMBDA_REQUIRED", 0],
  ["$map(a, function($x)<n:n> { $x })", "EXPR_LAMBDA_SIGNATURE", 16],
  ["$sum(?)", "EXPR_PARTIAL_REFUSED", 0],
  ["a ~> $append(?, 1)", "EXPR_FUNCTION_VALUE", 5],
  ["$nope(1)", "EXPR_FUNCTION_UNKNOWN", 0],
  ["nope(1)", "EXPR_FUNCTION_UNKNOWN", 0],
  ["sum(a)", "EXPR_FUNCTION_UNKNOWN", 0],
  ["a.b.c()", "EXPR_FUNCTION_UNKNOWN", 4],
  ["$constructor()", "EXPR_FUNCTION_UNKNOWN", 0],
  ["$toString.constructor()", "EXPR_FUNCTION_VALUE", 0],
  ["$sum()", "EXPR_ARGUMENTS", 0],
  ["$sum(a, b)", "EXPR_ARGUMENTS", 0],
  ["$nope", "EXPR_VARIABLE_UNKNOWN", 0],
  ["($x := 1; $y)", "EXPR_VARIABLE_UNKNOWN", 10],
  ["(($x := 1); $x)", "EXPR_VARIABLE_UNKNOWN", 12],
  ["($x := $x + 1)", "EXPR_VARIABLE_UNKNOWN", 7],
  ["[$x := 1, 2]", "EXPR_BIND_PLACE", 4],
  ["{'a': $x := 1}", "EXPR_BIND_PLACE", 9],
  ["a[$x := 1]", "EXPR_BIND_PLACE", 5],
  ["($$ := 1)", "EXPR_BIND_PLACE", 4],
  ["$map(a, function($x) { ($split($x, ','))[0] })", "EXPR_PREDICATE_LOST", 23],
  ["a ~> $sum()[0]", "EXPR_PREDICATE_LOST", 5],
  ["{'__proto__': 1}", "KEY_REFUSED", 1],
  ["a{'$blob': 1}", "KEY_REFUSED", 2],
  ["{'_jsonata_lambda': true}", "KEY_REFUSED", 1],
  ["9007199254740992", "NUMBER_NOT_EXACT", 0],
  ["a + 12345678901234567890", "NUMBER_NOT_EXACT", 4],
  ['"\\u0000"', "TEXT_NOT_STORABLE", 0],
  ['"\\ud83d"', "TEXT_NOT_STORABLE", 0],
  ["1 +", "EXPR_SYNTAX", 3],
  ["a b", "EXPR_SYNTAX", 2],
  ["'open", "EXPR_SYNTAX", 5],
  ["(1", "EXPR_SYNTAX", 2],
  ["  ", "EXPR_EMPTY", 0],
];

test.each(refused)("[TST-05] %s is refused with %s at its position", (source, code, position) => {
  const result = compileExpression(source);
  expect("issues" in result && result.issues[0]).toMatchObject({ code, position, severity: "error", pointer: "" });
  const issue = "issues" in result ? result.issues[0] : undefined;
  expect(issue?.remedy).not.toBe("");
  expect(issue?.message).toContain(`(character ${position + 1})`);
});

test("every code of a refusal that the compiler makes is tried above", () => {
  const elsewhere = ["EXPR_TOO_LONG", "EXPR_TOO_DEEP", "EXPR_TOO_COMPLEX"];
  const tried = new Set([...refused.map(([, code]) => code), ...elsewhere]);
  expect(Object.keys(expressionIssues).filter((code) => !tried.has(code))).toEqual([]);
});

test.each([
  "a / b / c",
  "(a) / 2",
  "a[0] / 2",
  "{'a': 1}.a / 2",
  "* / 2",
  "$x := 4 / 2",
  "'/' & a",
  "a % 2 = 0",
  "(a % 2) * 3",
  "a.* % 2",
  "'%' & '@' & '#' & '|'",
  "`a@b`.`c#d`",
  "and and or or in",
  "a.and / 2",
  "/* comment */ a",
  "a /* % @ # */ / 2",
  "function",
])("what only looks like something refused is accepted: %s", (source) => {
  expect(compileExpression(source)).toHaveProperty("expression");
});

test("several faults are reported together, from where the source stands", () => {
  const result = compileExpression("$nope(1) + $none + sum(2)", { position: 100 });
  expect("issues" in result && result.issues.map(({ code, position }) => `${code} ${position}`)).toEqual([
    "EXPR_FUNCTION_UNKNOWN 100",
    "EXPR_VARIABLE_UNKNOWN 111",
    "EXPR_FUNCTION_UNKNOWN 119",
  ]);
});

test("the compiled form is plain JSON, and plain paths take the direct way", () => {
  const result = compileExpression("payload.total > 0 and $exists(vars.a[0])");
  if (!("expression" in result)) throw new Error("refused");
  expect(JSON.parse(JSON.stringify(result.expression))).toEqual(result.expression);
  expect(compileExpression("payload.order.id")).toEqual({
    expression: { source: "payload.order.id", form: { op: "path", names: ["payload", "order", "id"] } },
  });
});

test("the functions that can be called are these", () => {
  expect(functionNames.join(" ")).toBe(
    "abs append assert average base64decode base64encode boolean ceil clone coalesce contains count decodeUrl decodeUrlComponent distinct each " +
      "encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys len length lookup " +
      "lowercase map max merge min not nowIso number pad parseInteger power reduce replace reverse round sift single sort split spread sqrt " +
      "string substring substringAfter substringBefore sum toMillis toString trim type uppercase zip",
  );
});
