// `npm test`: everything that CI runs. `npm test -- time-wait` runs only the tests whose file matches.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "./chromium.ts";
import { checks, root, runCheck, type Check } from "./checks.ts";
import { skipsVariable, type Skip } from "./skip-reporter.ts";
import { seconds, summarise, type Stage } from "./summary.ts";

const stages: Stage[] = [];
const skips: Skip[] = [];
const folder = mkdtempSync(join(tmpdir(), "mainspring-skips-"));
const skipsFile = join(folder, "skips.jsonl");

const chosen = process.argv.slice(2);
if (chosen.length > 0) vitest("the tests that match", chosen);
else await everything();

if (existsSync(skipsFile)) {
  for (const line of readFileSync(skipsFile, "utf8").trimEnd().split("\n")) skips.push(JSON.parse(line) as Skip);
}
rmSync(folder, { recursive: true });
const { lines, exitCode } = summarise(stages, skips, isCi() ? "ci" : "local");
process.stdout.write(`\n${lines.join("\n")}\n`);
process.exitCode = exitCode;

async function everything(): Promise<void> {
  for (const name of Object.keys(checks) as Check[]) {
    const { ok, output, tookMs } = await runCheck(name);
    finish({ name, ok, tookMs });
    if (!ok) process.stdout.write(`${output}\n`);
  }
  vitest("unit", ["--project", "unit"]);
  vitest("integration", ["--project", "integration"]);
  const chromium = findChromium();
  if (chromium !== undefined) vitest("browser", ["--project", "browser"], { CHROMIUM_PATH: chromium });
  else skips.push({ test: "all browser tests", reason: "no Chromium: install it or set CHROMIUM_PATH" });
}

function vitest(name: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
  const startMs = performance.now();
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", `--reporter=${join(root, "scripts/skip-reporter.ts")}`];
  const { status } = spawnSync(process.execPath, [program, "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env, [skipsVariable]: skipsFile },
  });
  finish({ name, ok: status === 0, tookMs: performance.now() - startMs });
}

function finish(stage: Stage): void {
  stages.push(stage);
  process.stdout.write(`${stage.ok ? "✓" : "✗"} ${stage.name} (${seconds(stage.tookMs)})\n`);
}

function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== "" && CI !== "false";
}
