import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ExpressionSpeed } from "../testing/expression-speed.ts";

test("typical expressions take microseconds", { timeout: 60_000 }, () => {
  const program = join(import.meta.dirname, "../testing/expression-speed.ts");
  const lines = execFileSync(process.execPath, [program], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ExpressionSpeed);
  process.stdout.write(
    lines
      .map(({ source, us, fuelUsed }) => `${us.toFixed(2).padStart(7)} µs ${`${fuelUsed}`.padStart(4)} fuel  ${source}`)
      .join("\n") + "\n",
  );
  const sorted = lines.map(({ us }) => us).sort((a, b) => a - b);
  expect(sorted).toHaveLength(10);
  // A few times what an idle machine takes.
  expect(sorted[5]).toBeLessThan(5);
  expect(sorted[9]).toBeLessThan(100);
});
