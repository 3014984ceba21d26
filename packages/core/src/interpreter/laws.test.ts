import { expect, test } from "vitest";
import { chance } from "../testing/generate.ts";
import { lawBroken, laws } from "../testing/laws.ts";
import { modelCase, smallest } from "../testing/model-agreement.ts";

/** Printed, and can be given to repeat a run; `npm run fuzz -- --kind laws` is the long form. */
const seed = Number(process.env["MODEL_SEED"] ?? 20_270_101);
const casesPerLaw = 250;

process.stdout.write(`${laws.length} laws of runs: ${casesPerLaw} cases of each with seed ${seed}\n`);

test.each(laws.map((law) => [law.name, law] as const))("[LNX-01] %s", (_, law) => {
  const random = chance(seed);
  let pairs = 0;
  for (let i = 0; i < casesPerLaw; i += 1) {
    const own = Math.trunc(random() * 2 ** 31);
    const from = modelCase(own, 1 + Math.trunc(random() * 25), random() < 0.3 ? 1 : 2);
    if (law.pair(from, chance(own)) !== undefined) pairs += 1;
    if (lawBroken(law, from, own) === undefined) continue;
    const { steps } = smallest(from, (candidate) => lawBroken(law, candidate, own) !== undefined);
    const { given, changed } = lawBroken(law, { ...from, steps }, own) ?? { given: "", changed: undefined };
    expect(JSON.parse(`[${changed}]`), `case ${i} of seed ${seed}: ${JSON.stringify(steps)}`).toEqual(
      JSON.parse(`[${given}]`),
    );
    expect.fail(`case ${i} of seed ${seed} breaks the law`);
  }
  // A law that says nothing of most cases would prove nothing.
  expect(pairs).toBeGreaterThan(casesPerLaw / 2);
});
