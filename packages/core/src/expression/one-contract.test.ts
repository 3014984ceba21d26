import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import type { Program, Value } from "../program/program.ts";
import { plainValue } from "../triggers/plain-value.ts";
import { payloadByTrigger } from "../scenario/trigger.ts";
import { buildProgram, valueOf, x } from "../testing/build-program.ts";
import { hostileExpressions } from "../testing/hostile-expressions.ts";
import { typicalData, typicalExpressions } from "../testing/typical-expressions.ts";
import { epochMs, run } from "../testing/world.ts";
import { instantFromMs } from "../time/instant.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { evaluateExpression } from "./evaluate.ts";

const packages = resolve(import.meta.dirname, "../../..");
const sources = globSync("*/src/**/*.{ts,tsx}", { cwd: packages }).filter(
  (path) => !/\.test\.tsx?$|[\\/]testing[\\/]/.test(path),
);

test("[LNG-07] one evaluator serves publishing, workflow code and activities: nothing that is shipped has another", () => {
  const parsers: string[] = [];
  const evaluators: string[] = [];
  const others: string[] = [];
  for (const path of sources) {
    const text = readFileSync(join(packages, path), "utf8");
    if (/from "jsonata"|import\("jsonata"\)/.test(text)) parsers.push(path);
    if (/\bfunction evaluateExpression\b/.test(text)) evaluators.push(path);
    if (
      /(?<!\.)\beval\(|\bnew Function\b|"node:vm"|from "(?:jmespath|jsonpath|expr-eval|mathjs|jexl|filtrex|cel-js)/.test(
        text,
      )
    )
      others.push(path);
  }
  expect(sources.length).toBeGreaterThan(300);
  expect(parsers).toEqual(["core/src/compile/expression/compile-expression.ts"]);
  expect(evaluators).toEqual(["core/src/expression/evaluate.ts"]);
  expect(others).toEqual([]);
});

/** What a source comes to by the evaluator alone, in a step of a run, in a mock, and in a trigger: a value or a code. */
function everywhere(source: string, data: Json): { readonly [place: string]: unknown } {
  const now = instantFromMs(epochMs);
  const { payload, vars } = data as { payload: Json; vars: JsonObject };
  const compiled = compileExpression(source);
  if (!("expression" in compiled)) throw new Error(source);
  const ended = (value: Json | undefined, code: string | undefined): unknown => ({ value, code });

  const alone = evaluateExpression(compiled.expression, { payload, vars }, { now });
  const given = Object.entries(vars).map(([name, value]) => [name, { $literal: value }] as const);
  const ran = run(
    buildProgram([
      { id: "given", type: "transform.assign", assign: Object.fromEntries([["ready", true], ...given]) },
      { id: "computed", type: "transform.assign", assign: { computed: x(source) } },
    ]),
    { payload },
  );
  const code = ran.outcome?.status === "failed" ? ran.outcome.error.code : undefined;
  const { computed } = ran.state.vars;
  const mock = plainValue(valueOf(x(source)), { payload, vars }, now);
  const form = { kind: "expr", expression: compiled.expression } as Value;
  const triggered = payloadByTrigger(
    { ...buildProgram([]), triggers: [{ id: "t", event: "e", payload: form }] } as Program,
    { name: "e", payload: null },
    now,
  );
  return {
    alone: ended(alone.value, alone.error?.code),
    step: ended(computed, code),
    mock: ended(mock.value, mock.error?.code),
    // A trigger sees an event alone: what needs no data is compared there too.
    ...(/payload|vars|rate/.test(source) ? {} : { trigger: triggerEnd(triggered) }),
  };
}

function triggerEnd(result: ReturnType<typeof payloadByTrigger>): unknown {
  if ("payload" in result) return { value: result.payload, code: undefined };
  return { value: undefined, code: /fails with ([A-Z_]+)/.exec(result.problem)?.[1] ?? result.problem };
}

test.each([...typicalExpressions, "now & ' ' & $nowIso()", "1 = 1", "'a' + 1", "$uppercase('a')"])(
  "[LNG-07] %s comes to the same in publishing's evaluator, in a step, in a mock and in a trigger",
  (source) => {
    const { alone, ...others } = everywhere(source, typicalData);
    for (const [place, ended] of Object.entries(others)) expect({ [place]: ended }).toEqual({ [place]: alone });
  },
);

test.each([
  ["text of 256 KiB and one byte", "$pad('x', 262143)", "EXPR_OUTPUT_TOO_LARGE"],
  ["many numbers", "[1..50000]", "EXPR_OUTPUT_TOO_LARGE"],
  ["an infinite number", "1 / 0", "EXPR_NUMBER_RANGE"],
  ["half of a character", "$split('\u{1F600}', '')", "TEXT_NOT_STORABLE"],
  ["a key that is refused", "{'__pro' & 'to__': 1}", "KEY_REFUSED"],
])("[LNG-11] %s fails with the same guardrail error everywhere", (_, source, code) => {
  const ends = everywhere(source, typicalData);
  expect(Object.keys(ends)).toEqual(["alone", "step", "mock", "trigger"]);
  for (const [place, ended] of Object.entries(ends)) expect({ [place]: ended }).toEqual({ [place]: { code } });
});

test("[LNG-11] a result of exactly 256 KiB is one everywhere", () => {
  for (const [place, ended] of Object.entries(everywhere("$pad('x', 262142)", typicalData)))
    expect(JSON.stringify((ended as { value: Json }).value).length, place).toBe(256 * 1024);
});

test("[LNG-11] what a hostile expression ends in does not depend on where it stands", () => {
  let compared = 0;
  for (const [source] of hostileExpressions) {
    // What looks at the whole scope finds more of it in a run.
    if (/\*\*|\$\$|\$(?![A-Za-z])|^[*[{(]*\*/.test(source) || !("expression" in compileExpression(source))) continue;
    const { alone, step, mock } = everywhere(source, { payload: { keys: {}, numbers: [1, 2, 3] }, vars: {} });
    expect({ source, step }).toEqual({ source, step: alone });
    expect({ source, mock }).toEqual({ source, mock: alone });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(80);
});
