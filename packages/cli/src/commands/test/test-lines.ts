import type { Io } from "../../context.ts";
import { issueLines } from "../../output/issues.ts";
import type { Paint } from "../../output/paint.ts";
import { printable } from "../../output/printable.ts";
import { durationText } from "../../output/times.ts";
import { shownPath } from "./find-tests.ts";
import type { CoveredParts, CoverageReport, ScenarioReport, TestReport } from "./run-tests.ts";

/** A file's scenarios, a line each; below a failed one what was expected and what was seen. */
export function testLines(report: TestReport, io: Io, paint: Paint): string[] {
  const file = shownPath(report.file, io);
  const lines = [paint("bold", printable(file))];
  const { unreadable } = report;
  if (unreadable !== undefined) {
    const shown = shownPath(unreadable.file, io);
    return [
      ...lines,
      ...unreadable.issues.flatMap((issue) => issueLines(issue, paint, shown)).map((line) => `  ${line}`),
    ];
  }
  for (const scenario of report.scenarios) lines.push(...scenarioLines(scenario, file, paint));
  if (report.coverage !== undefined && report.scenarios.length > 0)
    lines.push(...coverageLines(report.coverage).map((line) => `  ${paint("dim", printable(line))}`));
  return lines;
}

/** One line that sums up. */
export function summaryLine(reports: readonly TestReport[], durationMs: number, paint: Paint): string {
  const scenarios = reports.flatMap((report) => report.scenarios);
  const failed = scenarios.filter(({ passed }) => !passed).length;
  const leftOut = scenarios.filter((scenario) => scenario.leftOut !== undefined).length;
  const passed = scenarios.length - failed - leftOut;
  const unreadable = reports.filter((report) => report.unreadable !== undefined).length;
  const parts = [
    `${passed} ${passed === 1 ? "scenario" : "scenarios"} passed`,
    ...(failed === 0 ? [] : [paint("red", `${failed} failed`)]),
    ...(leftOut === 0 ? [] : [`${leftOut} left out`]),
    ...(unreadable === 0 ? [] : [paint("red", `${unreadable} ${unreadable === 1 ? "file" : "files"} not run`)]),
  ];
  return `${parts.join(", ")}, in ${durationText(durationMs)}`;
}

function scenarioLines(scenario: ScenarioReport, file: string, paint: Paint): string[] {
  const { name, passed, durationMs, virtualMs, failures } = scenario;
  if (scenario.leftOut !== undefined)
    return [`  - ${printable(name)}  ${paint("dim", printable(`left out: ${scenario.leftOut}`))}`];
  const sign = passed ? paint("green", "✓") : paint("red", "✗");
  const times = `${Math.round(durationMs)} ms${virtualMs === 0 ? "" : ` for ${durationText(virtualMs)}`}`;
  const lines = [`  ${sign} ${printable(name)}  ${paint("dim", times)}`];
  for (const { path, line, message, diff } of failures) {
    const place = line === undefined ? path : `${file}:${line}`;
    lines.push(`      ${paint("bold", printable(place))}  ${printable(message)}`);
    if (line !== undefined && path !== "") lines.push(`      ${paint("dim", printable(path))}`);
    for (const text of diff ?? []) lines.push(`        ${diffLine(text, paint)}`);
  }
  return lines;
}

function diffLine(text: string, paint: Paint): string {
  const shown = printable(text);
  if (text.startsWith("- ")) return paint("red", shown);
  return text.startsWith("+ ") ? paint("green", shown) : shown;
}

const missingShown = 8;

function coverageLines({ steps, branches }: CoverageReport): string[] {
  const counts = [`${steps.covered} of ${steps.total} ${steps.total === 1 ? "step" : "steps"}`];
  if (branches.total > 0)
    counts.push(`${branches.covered} of ${branches.total} ${branches.total === 1 ? "branch" : "branches"}`);
  const missing = [missingText("steps", steps), missingText("branches", branches)].filter((text) => text !== "");
  return [counts.join(", ") + (missing.length === 0 ? "" : "; never reached:"), ...missing.map((text) => `  ${text}`)];
}

function missingText(what: string, { missing }: CoveredParts): string {
  if (missing.length === 0) return "";
  const more = missing.length - missingShown;
  return `${what} ${missing.slice(0, missingShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
