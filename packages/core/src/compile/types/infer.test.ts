import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateExpression } from "../../expression/evaluate.ts";
import { corpus, corpusData } from "../../testing/expression-corpus.ts";
import { generatedData, generatedExpression } from "../../testing/expression-generator.ts";
import { isJsonObject } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { compileExpression } from "../expression/compile-expression.ts";
import { inferType } from "./infer.ts";
import type { Finding } from "./operations.ts";
import type { Kind, Type } from "./type.ts";
import { anything, itemOf, memberOf, typeOfJson } from "./type.ts";

const now = "2031-01-01T00:00:00.000Z";

/** Where an expression goes against what is inferred of it over data that are known to the letter; undefined: it does not. */
function unsound(source: string, data: JsonObject): string | undefined {
  const compiled = compileExpression(source);
  if (!("expression" in compiled)) return undefined;
  const { form } = compiled.expression;
  const findings: Finding[] = [];
  const names = {
    typeOf: (name: string): Type => (Object.hasOwn(data, name) ? typeOfJson(data[name] as Json) : anything),
    has: (name: string) => Object.hasOwn(data, name),
  };
  const type = inferType(form, names, (finding) => findings.push(finding));
  const { value, error } = evaluateExpression(compiled.expression, data, { now });
  if (error !== undefined) return undefined;
  if (value !== undefined && !covers(type, value, 0)) return `${JSON.stringify(value)} is none of ${shown(type)}`;
  // An operation over nothing gives nothing; over anything else it fails where that was foretold.
  const operation = form.op === "binary" && value !== undefined ? form : undefined;
  const failing = findings.find(({ kind, isSure, at }) => kind === "type" && isSure && at === operation?.at);
  return failing === undefined ? undefined : `it should fail: ${failing.message}`;
}

function kindOf(value: Json): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  return typeof value === "string" ? "text" : typeof value === "number" ? "number" : "boolean";
}

function covers(type: Type, value: Json, depth: number): boolean {
  if (depth > 3 || type.some(({ kind }) => kind === "any")) return true;
  // Of nothing some constructs make a list without elements; nothing is foretold of either.
  if (Array.isArray(value) && value.length === 0) return true;
  const kind = kindOf(value);
  const same = type.filter((one) => one.kind === kind);
  if (same.length === 0) return false;
  if (Array.isArray(value)) return value.every((item) => covers(itemOf(same), item, depth + 1));
  if (!isJsonObject(value)) return true;
  return Object.keys(value).every((key) => covers(memberOf(same, key), value[key] as Json, depth + 1));
}

function shown(type: Type): string {
  return `[${type.map(({ kind }) => kind).join(", ")}]`;
}

/** Printed, and can be given to repeat a run. */
const seed = Number(process.env["EXPRESSION_SEED"] ?? 20_270_101);
const cases = Number(process.env["INFER_CASES"] ?? 3000);

test(`[LNX-04] what is inferred of ${cases} generated expressions holds for what they come to`, () => {
  process.stdout.write(`inferred types: ${cases} cases with seed ${seed}\n`);
  fc.assert(
    fc.property(generatedExpression, generatedData, ({ source }, data) => {
      expect(unsound(source, data as JsonObject)).toBeUndefined();
    }),
    { numRuns: cases, seed },
  );
});

test("what is inferred of the expressions of the corpus holds for what they come to", () => {
  const wrong: string[] = [];
  for (const lines of Object.values(corpus)) {
    for (const source of lines.split("\n").filter((line) => line.trim() !== "")) {
      const why = unsound(source, corpusData as JsonObject);
      if (why !== undefined) wrong.push(`${source}: ${why}`);
    }
  }
  expect(wrong).toEqual([]);
});
