import { expect, test } from "vitest";
import { corpus, corpusData } from "../testing/expression-corpus.ts";
import { compareWithJsonata } from "../testing/expression-oracle.ts";

const cases = Object.entries(corpus).map(([construct, lines]) => ({
  construct,
  sources: lines.split("\n").filter((line) => line.trim() !== ""),
}));

/** What the corpus holds that we refuse by design; everything else must agree. */
const refusedByDesign = new Map<string, string>([
  // Integers that cannot be held exactly are refused in what people write.
  ['"" & 1234567890123456789', "NUMBER_NOT_EXACT"],
  ['"" & 1e21', "NUMBER_NOT_EXACT"],
  ["1e308 * 10", "NUMBER_NOT_EXACT"],
  ["$string(1e100)", "NUMBER_NOT_EXACT"],
  ["$round(1e21, 2)", "NUMBER_NOT_EXACT"],
  // What is no JSON number is no result.
  ["5 % 0", "EXPR_NUMBER_RANGE"],
  ["0 / 0", "EXPR_NUMBER_RANGE"],
]);

test.each(cases)("[LNX-02] the evaluator agrees with jsonata 2.2.2 on $construct", async ({ sources }) => {
  const differences: string[] = [];
  for (const source of sources) {
    const comparison = await compareWithJsonata(source, corpusData, "same");
    if (comparison.kind === "differ")
      differences.push(`${source}\n    jsonata: ${comparison.theirs}\n    ours:    ${comparison.ours}`);
    const expected = refusedByDesign.get(source);
    const code = comparison.kind === "refused" ? comparison.code : undefined;
    if (code !== expected) differences.push(`${source}\n    refused: ${code}, expected ${expected}`);
  }
  expect(differences.join("\n")).toBe("");
});

test("the corpus has at least 500 cases", () => {
  const counts = cases.map(({ construct, sources }) => `${construct} ${sources.length}`);
  const total = cases.reduce((sum, { sources }) => sum + sources.length, 0);
  process.stdout.write(`expression corpus: ${total} cases: ${counts.join(", ")}\n`);
  expect(total).toBeGreaterThanOrEqual(500);
});
