// `npm run mutants [-- --only TEXT]`: puts deliberate faults into copies of the packages, one at a time, and shows that a test catches
// each. The working tree is never touched. Faults whose tests need Postgres and Temporal are tried one after another, on services that are
// started for them unless the environment names running ones.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./checks.ts";
import { areas, mutantsOf } from "./mutants/areas.ts";
import { copyOf } from "./mutants/copy.ts";
import { faultPath, needsServices, testPaths } from "./mutants/mutant.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { setup } from "./test-services.ts";

type Verdict =
  | { readonly kind: "caught"; readonly by: string }
  | { readonly kind: "survived" }
  /** Not a fault but no program any more, or one whose tests do not end. */
  | { readonly kind: "unfit"; readonly why: string };

/** One run of tests of a copy: the first test that failed, if one did. */
type TestRun =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly test: string }
  | Extract<Verdict, { kind: "unfit" }>;

const unitMaxMs = 120_000;
const integrationMaxMs = 300_000;
/** All tests together, without any fault. */
const soundMaxMs = 900_000;
const startMs = performance.now();
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const all = areas.flatMap((area) => mutantsOf[area].map((mutant) => ({ area, mutant })));
const chosen = all.filter(({ area, mutant }) => `${area}: ${faultPath(mutant)} ${mutant.what}`.includes(values.only));
const folder = mkdtempSync(join(tmpdir(), "mainspring-mutants-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.exitCode = await tryAll();

async function tryAll(): Promise<number> {
  const copies = Array.from({ length: Math.min(2, availableParallelism()) }, (_, i) => copyOf(join(folder, `${i}`)));
  const [first = ""] = copies;
  const served = chosen.filter(({ mutant }) => needsServices(mutant));
  const verdicts = new Map<Mutant, Verdict>();
  const stop = served.length > 0 ? await setup() : undefined;
  try {
    const tests = (of: typeof chosen): string[] => [...new Set(of.flatMap(({ mutant }) => testPaths(mutant)))];
    const alone = chosen.filter((one) => !served.includes(one));
    for (const paths of [tests(alone), tests(served)]) {
      const sound = paths.length === 0 ? undefined : await runTests(first, paths, soundMaxMs);
      if (sound === undefined || sound.kind === "passed") continue;
      say(`The tests do not pass without any fault: ${sound.kind === "failed" ? sound.test : sound.why}`);
      return 1;
    }
    const waiting = alone.slice();
    await Promise.all(
      copies.map(async (copy) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          verdicts.set(next.mutant, await tryOne(copy, next.mutant));
      }),
    );
    // They share one Temporal and one Postgres, and have time limits of their own.
    for (const { mutant } of served) verdicts.set(mutant, await tryOne(first, mutant));
  } finally {
    await stop?.();
  }
  say("| | fault | in | caught by |\n|---|---|---|---|");
  for (const { mutant } of chosen) say(row(mutant, verdicts.get(mutant) as Verdict));
  const caught = [...verdicts.values()].filter(({ kind }) => kind === "caught").length;
  const counts = areas.map((area) => `${chosen.filter((one) => one.area === area).length} in ${area}`);
  say(`\n${caught} of ${chosen.length} faults caught (${counts.join(", ")}), in ${seconds()} s`);
  return caught === chosen.length && caught > 0 ? 0 : 1;
}

async function tryOne(copy: string, mutant: Mutant): Promise<Verdict> {
  const path = join(copy, faultPath(mutant));
  const sound = readFileSync(path, "utf8");
  const places = sound.split(mutant.before).length - 1;
  if (places !== 1) return { kind: "unfit", why: `its text stands ${places} times in the file` };
  // As a function, since a text would have its $ read.
  writeFileSync(
    path,
    sound.replace(mutant.before, () => mutant.after),
  );
  try {
    const run = await runTests(copy, testPaths(mutant));
    if (run.kind === "passed") return { kind: "survived" };
    return run.kind === "failed" ? { kind: "caught", by: run.test } : run;
  } finally {
    writeFileSync(path, sound);
  }
}

function runTests(copy: string, tests: readonly string[], maxMs = maxMsOf(tests)): Promise<TestRun> {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const args = ["run", "--bail=1", "--reporter=json", `--outputFile=${report}`, ...tests];
  const child = spawn(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
    cwd: copy,
    stdio: "ignore",
    // The same generated cases each time.
    env: { ...process.env, CI: "", MODEL_SEED: "1", EXPRESSION_SEED: "1", MAINSPRING_SEED: "336776114" },
  });
  const { promise, resolve, reject } = Promise.withResolvers<TestRun>();
  const limit = setTimeout(() => {
    child.kill("SIGKILL");
    resolve({ kind: "unfit", why: `its tests did not end within ${maxMs / 1000} s` });
  }, maxMs);
  child.once("error", reject);
  child.once("exit", () => {
    clearTimeout(limit);
    resolve(
      existsSync(report) ? outcomeOf(readFileSync(report, "utf8")) : { kind: "unfit", why: "the tests did not run" },
    );
  });
  return promise;
}

function maxMsOf(tests: readonly string[]): number {
  return tests.some((test) => test.endsWith(".integration.test.ts")) ? integrationMaxMs : unitMaxMs;
}

interface Report {
  readonly success: boolean;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

function outcomeOf(text: string): TestRun {
  const { success, numTotalTests, testResults } = JSON.parse(text) as Report;
  const failed = testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === "failed");
  if (failed !== undefined) return { kind: "failed", test: failed.title };
  if (success && numTotalTests > 0) return { kind: "passed" };
  return { kind: "unfit", why: testResults.find(({ message }) => message !== "")?.message ?? "no test ran" };
}

function row(mutant: Mutant, verdict: Verdict): string {
  const cells = {
    caught: () => ["✓", verdict.kind === "caught" ? verdict.by : ""],
    survived: () => ["✗", "SURVIVED"],
    unfit: () => ["✗", `UNFIT: ${verdict.kind === "unfit" ? verdict.why : ""}`],
  }[verdict.kind]();
  return `| ${cells[0]} | ${mutant.what} | ${faultPath(mutant)} | ${(cells[1] as string).replaceAll("|", "\\|").replaceAll("\n", " ")} |`;
}

function seconds(): string {
  return ((performance.now() - startMs) / 1000).toFixed(0);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
