import { join } from "node:path";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateSet, evaluationSets } from "../testing/evaluation-sets.ts";
import type { EvaluationSet } from "../testing/evaluation-sets.ts";
import type { CompiledExpression } from "./evaluate.ts";

test("[LNX-02] [SEC-06] every expression gives the same value or error for the same fuel in Chromium as in Node", async () => {
  const browser = await chromium.launch({ executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium" });
  try {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.addScriptTag({ content: await evaluatorScript() });
    for (const set of Object.keys(evaluationSets) as EvaluationSet[]) {
      const expressions = evaluationSets[set].sources.flatMap(compiled);
      const found = await page.evaluate(
        // As text: this file is compiled for Node, which has no such global.
        `mainspring.evaluateSet(${JSON.stringify(set)}, ${JSON.stringify(expressions)})`,
      );
      expect(found, set).toEqual(evaluateSet(set, expressions));
      expect((found as unknown[]).length, set).toBeGreaterThan(evaluationSets[set].sources.length * 0.95);
    }
  } finally {
    await browser.close();
  }
});

/** The evaluator, with what it evaluates, as one script that needs nothing else. */
async function evaluatorScript(): Promise<string> {
  const bundle = await rolldown({ input: join(import.meta.dirname, "../testing/evaluation-sets.ts") });
  try {
    const { output } = await bundle.generate({ format: "iife", name: "mainspring" });
    expect(output).toHaveLength(1);
    expect(output[0].imports).toEqual([]);
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

function compiled(source: string): CompiledExpression[] {
  const result = compileExpression(source);
  return "issues" in result ? [] : [result.expression];
}
