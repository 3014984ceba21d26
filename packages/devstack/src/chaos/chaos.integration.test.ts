import { expect, test } from "vitest";
import { chaos, judged, summary } from "./chaos.ts";

const asked = { runs: 24, kills: 5 };

test("[RBL-01] [ACT-03] worker, server and Postgres killed while runs go on: nothing lost, nothing doubled, rows as history has them", async () => {
  const lines: string[] = [];
  const report = await chaos({ ...asked, say: (line) => void lines.push(line) });
  process.stdout.write(`${lines.join("\n")}\n${summary(report, asked.runs)}\n`);
  expect(judged(report, asked)).toEqual([]);
}, 300_000);
