// `npm run fuzz -- --cases N [--seed S] [--kind expressions|model|laws|all]`: the long form of comparisons that `npm test` makes with
// a bounded number of cases: the evaluator with jsonata 2.2.2, the interpreter with a naive reference interpreter, and the interpreter
// with itself after changes that mean nothing, a state put away as JSON between any two events among them.
import { randomInt } from "node:crypto";
import { inspect, parseArgs } from "node:util";
import { agreementLines, compareGenerated } from "../packages/core/src/testing/expression-agreement.ts";
import { chance } from "../packages/core/src/testing/generate.ts";
import { lawBroken, laws } from "../packages/core/src/testing/laws.ts";
import type { Law } from "../packages/core/src/testing/laws.ts";
import { agreedRuns, modelCase, runBoth, smallest } from "../packages/core/src/testing/model-agreement.ts";
import type { ModelCase } from "../packages/core/src/testing/model-agreement.ts";

const kinds = { expressions: fuzzExpressions, model: fuzzModel, laws: fuzzLaws };
const { cases, seed, kind } = options();
let differences = 0;
for (const [name, fuzz] of Object.entries(kinds)) {
  if (kind !== "all" && kind !== name) continue;
  say(`${name}: ${cases} cases with seed ${seed}`);
  const startMs = performance.now();
  const found = await fuzz();
  if (found !== undefined) differences += 1;
  say(found === undefined ? `  ✓ no difference in ${cases} cases` : `  ✗ ${found.replaceAll("\n", "\n    ")}`);
  say(`  ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  if (found !== undefined) say(`  again: npm run fuzz -- --kind ${name} --cases ${cases} --seed ${seed}`);
}
process.exitCode = differences > 0 ? 1 : 0;

/** @returns what the two differ in, or undefined */
async function fuzzExpressions(): Promise<string | undefined> {
  const agreement = await compareGenerated({ cases, seed, progress: progressOf("expressions") });
  for (const line of agreementLines(agreement)) say(`  ${line}`);
  if (agreement.difference === undefined) return undefined;
  const { source, data, theirs, ours } = agreement.difference;
  return `${source}\nover    ${JSON.stringify(data)}\njsonata ${theirs}\nours    ${ours}`;
}

async function fuzzModel(): Promise<string | undefined> {
  const random = chance(seed);
  const progress = progressOf("model");
  const ended = new Map<string, number>();
  for (let i = 1; i <= cases; i += 1) {
    const from = modelCase(Math.trunc(random() * 2 ** 32) | 0, 1 + Math.trunc(random() * 25), random() < 0.3 ? 1 : 2);
    const runs = agreedRuns(from);
    if (runs === undefined) return `case ${i}: ${differenceOf(smallest(from))}`;
    const { outcome } = runs.naive as { readonly outcome?: { readonly status: string } };
    const status = outcome?.status ?? "waiting for ever";
    ended.set(status, (ended.get(status) ?? 0) + 1);
    progress(i);
  }
  say(`  runs ended: ${[...ended].map(([status, count]) => `${count} ${status}`).join(", ")}`);
  return undefined;
}

/** Each case is for one law, the laws taken in turn. */
async function fuzzLaws(): Promise<string | undefined> {
  const random = chance(seed);
  const progress = progressOf("laws");
  const silent = new Map<Law, number>();
  for (let i = 1; i <= cases; i += 1) {
    const law = laws[i % laws.length] as Law;
    const own = Math.trunc(random() * 2 ** 31);
    const from = modelCase(own, 1 + Math.trunc(random() * 25), random() < 0.3 ? 1 : 2);
    if (law.pair(from, chance(own)) === undefined) silent.set(law, (silent.get(law) ?? 0) + 1);
    else if (isLawBroken(law, from, own)) {
      const least = smallest(from, (candidate) => isLawBroken(law, candidate, own));
      return `case ${i}: ${law.name}\n${brokenLaw(law, least, own)}`;
    }
    progress(i);
  }
  for (const law of laws) say(`  ${law.name}: says nothing of ${silent.get(law) ?? 0}`);
  return undefined;
}

function isLawBroken(law: Law, from: ModelCase, own: number): boolean {
  try {
    return lawBroken(law, from, own) !== undefined;
  } catch {
    return true;
  }
}

function brokenLaw(law: Law, from: ModelCase, own: number): string {
  const given = givenText(from);
  try {
    const broken = lawBroken(law, from, own);
    return `${given}\ngiven   ${broken?.given}\nchanged ${broken?.changed}`;
  } catch (error) {
    return `${given}\nbreaks: ${(error as Error).stack ?? String(error)}`;
  }
}

function givenText({ world, semantics, steps }: ModelCase): string {
  const { act: _, ...plain } = world;
  return `semantics ${semantics}, steps ${JSON.stringify(steps, undefined, 1)}\nworld ${shown(plain)}`;
}

function shown(value: unknown): string {
  return inspect(value, { depth: Infinity, breakLength: 120, sorted: true });
}

function differenceOf(from: ModelCase): string {
  const given = givenText(from);
  try {
    const { real, naive } = runBoth(from);
    return `${given}\nreference   ${shown(naive)}\ninterpreter ${shown(real)}`;
  } catch (error) {
    return `${given}\nbreaks: ${(error as Error).stack ?? String(error)}`;
  }
}

/** Says every ten seconds how far it is. */
function progressOf(name: string): (done: number) => void {
  const startMs = performance.now();
  let nextMs = startMs + 10_000;
  return (done) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + 10_000;
    process.stderr.write(`  … ${name}: ${done} in ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
  };
}

function options(): { readonly cases: number; readonly seed: number; readonly kind: string } {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "10000" },
      seed: { type: "string" },
      kind: { type: "string", default: "all" },
    },
  });
  const given = { cases: Number(values.cases), seed: Number(values.seed ?? randomInt(2 ** 31)), kind: values.kind };
  if (!Number.isInteger(given.cases) || given.cases < 1)
    fail(`--cases is a whole number from 1, not "${values.cases}".`);
  if (!Number.isInteger(given.seed)) fail(`--seed is a whole number, not "${values.seed}".`);
  if (given.kind !== "all" && !Object.hasOwn(kinds, given.kind))
    fail(`--kind is one of ${Object.keys(kinds).join(", ")} and all, not "${given.kind}".`);
  return given;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
