// `npm test`: everything that CI runs. `npm test -- time-wait` runs only the tests whose file matches.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "./chromium.ts";
import { checks, root, runCheck, type Check } from "./checks.ts";
import { skipsVariable, type Skip } from "./skip-reporter.ts";

const inCi = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false";
const stages: { name: string; ok: boolean; tookMs: number }[] = [];
const skips: Skip[] = [];
const folder = mkdtempSync(join(tmpdir(), "mainspring-skips-"));
const skipsFile = join(folder, "skips.jsonl");

const patterns = process.argv.slice(2);
if (patterns.length > 0) vitest("the tests that match", ["--project", "*", ...patterns]);
else await everything();
summarise();

async function everything(): Promise<void> {
  for (const name of Object.keys(checks) as Check[]) {
    const { ok, output, tookMs } = await runCheck(name);
    finish(name, ok, tookMs);
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
  const reporters = ["--reporter=default", `--reporter=${join(root, "scripts/skip-reporter.ts")}`];
  const { status } = spawnSync(process.execPath, [vitestProgram(), "run", ...reporters, "--passWithNoTests", ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env, [skipsVariable]: skipsFile },
  });
  finish(name, status === 0, performance.now() - startMs);
}

function vitestProgram(): string {
  return join(root, "node_modules/vitest/vitest.mjs");
}

function finish(name: string, ok: boolean, tookMs: number): void {
  stages.push({ name, ok, tookMs });
  process.stdout.write(`${ok ? "✓" : "✗"} ${name} (${seconds(tookMs)})\n`);
}

/** The last line tells what was not tested, so that nobody mistakes a skip for a success. */
function summarise(): void {
  if (existsSync(skipsFile)) {
    for (const line of readFileSync(skipsFile, "utf8").trimEnd().split("\n")) skips.push(JSON.parse(line) as Skip);
  }
  rmSync(folder, { recursive: true });
  const failed = stages.filter(({ ok }) => !ok).map(({ name }) => name);
  const times = stages.map(({ name, tookMs }) => `${name} ${seconds(tookMs)}`).join(", ");
  process.stdout.write(`\n${times}, together ${seconds(stages.reduce((sum, { tookMs }) => sum + tookMs, 0))}\n`);
  process.stdout.write(failed.length === 0 ? "Everything passed.\n" : `Failed: ${failed.join(", ")}.\n`);
  for (const { test, reason } of skips) process.stdout.write(`skipped: ${test} (${reason})\n`);
  const reasons = [...new Set(skips.map(({ reason }) => reason))].join("; ");
  const verdict = inCi && skips.length > 0 ? ", which is a failure in CI" : "";
  process.stdout.write(
    skips.length === 0 ? "Skipped: nothing.\n" : `Skipped: ${skips.length} (${reasons})${verdict}.\n`,
  );
  process.exitCode = failed.length > 0 || verdict !== "" ? 1 : 0;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
