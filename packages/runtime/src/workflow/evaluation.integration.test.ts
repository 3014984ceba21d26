import type { CompiledExpression } from "@mainspring/core";
import { compileExpression } from "@mainspring/core/compile";
import { evaluateSet, evaluationSets, type Evaluated, type EvaluationSet } from "@mainspring/core/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newNamespace, testTemporalAddress } from "../testing/namespace.ts";
import { quietRuntime } from "../worker/quiet-runtime.ts";
import { startSandbox, type Sandbox } from "../testing/sandbox.ts";

quietRuntime();
let sandbox: Sandbox;
beforeAll(async () => {
  const address = testTemporalAddress();
  const namespace = await newNamespace(address);
  sandbox = await startSandbox({ address, namespace }, new URL("../testing/evaluation-workflow.ts", import.meta.url));
});
afterAll(() => sandbox?.stop());

/** How many expressions one workflow task evaluates: it may take 5 s, and a hostile expression some 50 ms. */
const atOnce: { readonly [set in EvaluationSet]: number } = { corpus: 200, hostile: 10, typical: 10 };

test.each(Object.keys(evaluationSets) as EvaluationSet[])(
  "[LNX-02] [SEC-06] every expression of the set %s gives the same value or error for the same fuel in the workflow sandbox as in Node",
  async (set) => {
    const expressions = evaluationSets[set].sources.flatMap(compiled);
    const found: Evaluated[] = [];
    for (let i = 0; i < expressions.length; i += atOnce[set])
      found.push(...(await sandbox.run<Evaluated[]>("evaluateInSandbox", set, expressions.slice(i, i + atOnce[set]))));
    expect(found.length).toBeGreaterThan(evaluationSets[set].sources.length * 0.95);
    expect(found).toEqual(evaluateSet(set, expressions));
  },
);

/** Without those that are refused, of which the sandbox never hears. */
function compiled(source: string): CompiledExpression[] {
  const result = compileExpression(source);
  return "issues" in result ? [] : [result.expression];
}
