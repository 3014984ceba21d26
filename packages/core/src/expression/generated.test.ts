import { expect, test } from "vitest";
import { agreementLines, compareGenerated } from "../testing/expression-agreement.ts";

/** How many expressions are generated; `npm run fuzz` is the long form. Another seed can be given. */
const cases = Number(process.env["EXPRESSION_RUNS"] ?? (process.env["CI"] ? 10_000 : 3_000));
const seed = Number(process.env["EXPRESSION_SEED"] ?? 20_270_101);

test(
  "[LNX-02] the evaluator agrees with jsonata 2.2.2 on generated expressions and data",
  { timeout: 600_000 },
  async () => {
    const agreement = await compareGenerated({ cases, seed });
    process.stdout.write(
      `generated expressions: ${cases} with seed ${seed}; ${agreementLines(agreement).join("; ")}` + "\n",
    );
    expect(agreement.difference).toBeUndefined();
    // Else the comparison would prove little.
    const incomparable = [...agreement.incomparable.values()].reduce((sum, count) => sum + count, 0);
    expect(incomparable).toBeLessThan(cases / 50 + 5);
    // No construct may be refused as a whole.
    for (const [construct, { all, refused }] of agreement.constructs)
      expect(refused, construct).toBeLessThan(all / 4 + 5);
  },
);
