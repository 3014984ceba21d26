import fc from "fast-check";
import type { Json } from "../values/json.ts";
import { generatedData, generatedExpression } from "./expression-generator.ts";
import { compareWithJsonata } from "./expression-oracle.ts";

/** How generated expressions compared with jsonata 2.2.2. */
export interface ExpressionAgreement {
  /** By construct: how many were generated, and how many of them we refused. */
  readonly constructs: ReadonlyMap<string, { readonly all: number; readonly refused: number }>;
  readonly refusals: ReadonlyMap<string, number>;
  readonly agreed: ReadonlyMap<string, number>;
  readonly incomparable: ReadonlyMap<string, number>;
  /** The smallest case in which the two differ; undefined when there is none. */
  readonly difference: ExpressionDifference | undefined;
}

export interface ExpressionDifference {
  readonly source: string;
  readonly data: Json;
  readonly theirs: string;
  readonly ours: string;
}

/** Generates `cases` expressions with data from `seed` and evaluates each both ways, until two results differ. */
export async function compareGenerated(options: {
  readonly cases: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}): Promise<ExpressionAgreement> {
  const constructs = new Map<string, { all: number; refused: number }>();
  const refusals = new Map<string, number>();
  const agreed = new Map<string, number>();
  const incomparable = new Map<string, number>();
  let difference: ExpressionDifference | undefined;
  let done = 0;
  const property = fc.asyncProperty(generatedExpression, generatedData, async ({ construct, source }, data) => {
    const comparison = await compareWithJsonata(source, data, "any");
    if (comparison.kind === "differ") {
      // The last one that fast-check's shrinking leaves here is the smallest.
      difference = { source, data, theirs: comparison.theirs, ours: comparison.ours };
      return false;
    }
    if (difference !== undefined) return true;
    const count = constructs.get(construct) ?? { all: 0, refused: 0 };
    count.all += 1;
    constructs.set(construct, count);
    if (comparison.kind === "refused") {
      count.refused += 1;
      increase(refusals, comparison.code);
    } else if (comparison.kind === "incomparable") increase(incomparable, comparison.reason);
    else increase(agreed, comparison.on);
    done += 1;
    options.progress?.(done);
    return true;
  });
  await fc.check(property, { numRuns: options.cases, seed: options.seed });
  return { constructs, refusals, agreed, incomparable, difference };
}

/** The counts of an agreement, a line each. */
export function agreementLines({ constructs, refusals, agreed, incomparable }: ExpressionAgreement): string[] {
  const refused = [...constructs].map(([construct, count]) => `${construct} ${count.refused} of ${count.all}`);
  return [
    `agreed: ${counted(agreed, " on ")}; not comparable: ${counted(incomparable, " for: ")}`,
    `refused: ${refused.join(", ")}; for ${counted(refusals, " ")}`,
  ];
}

function counted(counts: ReadonlyMap<string, number>, between: string): string {
  return [...counts].map(([name, count]) => `${count}${between}${name}`).join(", ") || "none";
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
