import fc from "fast-check";
import { expect, test } from "vitest";
import { compareWithJsonata } from "../testing/expression-oracle.ts";
import { generatedData, generatedExpression } from "../testing/expression-generator.ts";

/** How many expressions are generated; the seed is printed, and can be given to repeat a run. */
const runs = Number(process.env["EXPRESSION_RUNS"] ?? (process.env["CI"] ? 100_000 : 3_000));
const seed = Number(process.env["EXPRESSION_SEED"] ?? Math.trunc(performance.timeOrigin) % 2 ** 31);

test(
  "[LNX-02] the evaluator agrees with jsonata 2.2.2 on generated expressions and data",
  { timeout: 600_000 },
  async () => {
    const counts = new Map<string, { all: number; refused: number }>();
    const codes = new Map<string, number>();
    const agreed = new Map<string, number>();
    const incomparable = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(generatedExpression, generatedData, async ({ construct, source }, data) => {
        const comparison = await compareWithJsonata(source, data, "any");
        const count = counts.get(construct) ?? { all: 0, refused: 0 };
        count.all += 1;
        counts.set(construct, count);
        if (comparison.kind === "refused") {
          count.refused += 1;
          codes.set(comparison.code, (codes.get(comparison.code) ?? 0) + 1);
        }
        if (comparison.kind === "incomparable")
          incomparable.set(comparison.reason, (incomparable.get(comparison.reason) ?? 0) + 1);
        if (comparison.kind === "agree") agreed.set(comparison.on, (agreed.get(comparison.on) ?? 0) + 1);
        if (comparison.kind === "differ") {
          throw new Error(`${source}\n  jsonata: ${comparison.theirs}\n  ours:    ${comparison.ours}`);
        }
      }),
      { numRuns: runs, seed },
    );
    const shares = [...counts].map(([construct, { all, refused }]) => `${construct} ${refused} of ${all}`);
    const excuses = [...incomparable].map(([reason, count]) => `${reason} ${count}`).join(", ");
    const reasons = [...codes].map(([code, count]) => `${code} ${count}`);
    const agreement = [...agreed].map(([on, count]) => `${count} on ${on}`).join(", ");
    process.stdout.write(
      `generated expressions: ${runs} with seed ${seed}; agreed: ${agreement}; not comparable: ${excuses || "none"}; refused: ${shares.join(", ")}; for ${reasons.join(", ") || "nothing"}` +
        "\n",
    );
    // Else the comparison would prove little.
    expect([...incomparable.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(runs / 50 + 5);
    // No construct may be refused as a whole.
    for (const [construct, { all, refused }] of counts) expect(refused, construct).toBeLessThan(all / 4 + 5);
  },
);
