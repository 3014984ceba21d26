import type { TestReport } from "./run-tests.ts";

/** The report as JUnit XML, which build servers read. @param shown a path as it is to be named */
export function junitXml(reports: readonly TestReport[], shown: (path: string) => string): string {
  const suites = reports.map((report) => suite(report, shown));
  const total = (of: (report: TestReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mainspring test" tests="${total(tests)}" failures="${total(failed)}" errors="${total(errors)}" time="${seconds(total(tookMs))}">`,
    ...suites.flat(),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(report: TestReport, shown: (path: string) => string): string[] {
  const name = shown(report.file);
  const head = `<testsuite name="${escaped(name)}" tests="${tests(report)}" failures="${failed(report)}" errors="${errors(report)}" time="${seconds(tookMs(report))}">`;
  const classname = escaped(report.workflow ?? name);
  const cases = report.scenarios.flatMap((scenario) => {
    const open = `<testcase name="${escaped(scenario.name)}" classname="${classname}" file="${escaped(name)}"${scenario.line === undefined ? "" : ` line="${scenario.line}"`} time="${seconds(scenario.durationMs)}"`;
    if (scenario.leftOut !== undefined)
      return [`    ${open}>`, `      <skipped message="${escaped(scenario.leftOut)}"/>`, "    </testcase>"];
    if (scenario.passed) return [`    ${open}/>`];
    const told = scenario.failures.map(({ path, message, diff }) => [`${path} ${message}`, ...(diff ?? [])].join("\n"));
    const first = scenario.failures[0]?.message ?? "";
    return [
      `    ${open}>`,
      `      <failure message="${escaped(first)}">${escaped(told.join("\n"))}</failure>`,
      "    </testcase>",
    ];
  });
  const { unreadable } = report;
  if (unreadable !== undefined) {
    const told = unreadable.issues.map(
      ({ line, code, message }) => `${shown(unreadable.file)}:${line ?? 1} ${code} ${message}`,
    );
    cases.push(
      `    <testcase name="${escaped(name)}" classname="${classname}">`,
      `      <error message="${escaped(told[0] ?? "")}">${escaped(told.join("\n"))}</error>`,
      "    </testcase>",
    );
  }
  return [`  ${head}`, ...cases, "  </testsuite>"];
}

function tests({ scenarios, unreadable }: TestReport): number {
  return scenarios.length + (unreadable === undefined ? 0 : 1);
}

function failed({ scenarios }: TestReport): number {
  return scenarios.filter(({ passed }) => !passed).length;
}

function errors({ unreadable }: TestReport): number {
  return unreadable === undefined ? 0 : 1;
}

function tookMs({ scenarios }: TestReport): number {
  return scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(4);
}

function escaped(text: string): string {
  const named: { readonly [character: string]: string } = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#10;",
  };
  return (
    text
      // XML has no words for these.
      // oxlint-disable-next-line no-control-regex -- these are the characters that are meant
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"\n]/g, (character) => named[character] as string)
  );
}
