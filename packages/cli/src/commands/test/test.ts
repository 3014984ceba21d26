import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import type { Context } from "../../context.ts";
import { exitCodes, type ExitCode } from "../../exit-codes.ts";
import { writeText } from "../../input/write-text.ts";
import { performs, type Program } from "../../verb.ts";
import { findTests, shownPath } from "./find-tests.ts";
import { initTests } from "./init.ts";
import { junitXml } from "./junit.ts";
import { runRealTests } from "./real-tests.ts";
import { runTestFile, type TestReport } from "./run-tests.ts";
import { summaryLine, testLines } from "./test-lines.ts";
import { watchFiles } from "./watch.ts";

interface Options {
  readonly filter?: string;
  readonly init?: true;
  readonly junit?: string;
  readonly real?: true;
  readonly watch?: true;
}

export function test(program: Program, parent: Command): void {
  const command = parent
    .command("test")
    .summary("run scenarios of workflows on a virtual clock, without a server")
    .description(
      "Run the scenarios beside definitions (order.test.yaml beside order.flow.yaml) on a virtual clock and without any effect. Needs no server. The exit code is 1 when one fails.",
    )
    .argument("[path...]", "scenario files, definitions, or folders to look through; left out: this folder")
    .option("--filter <text>", "only scenarios whose name contains this")
    .option("--junit <file>", "write a report for build servers")
    .option("--real", "run them on real Temporal and Postgres as well, those without a timer over 2 s")
    .option("--init", "write a first scenario for each definition that is given")
    .option("--watch", "run again when a file changes, until Ctrl-C");
  performs<Options>(program, command, async (context, options, ...given) => {
    const paths = given.flat();
    if (options.init === true) return initTests(context, paths);
    const from = paths.length === 0 ? ["."] : paths;
    const files = await findTests(from, context.io);
    if (files.length === 0)
      throw usageError(
        `There is no scenario file in ${from.join(", ")}.`,
        "Scenarios of order.flow.yaml stand in order.test.yaml; --init writes one to begin with.",
      );
    const code = await runAll(context, files, options);
    if (options.watch !== true) return code;
    const signal = context.io.interrupted();
    context.out.progress("Waiting for changes; Ctrl-C ends.");
    await watchFiles(files, signal, async () => {
      const found = await findTests(from, context.io).catch(() => files);
      await runAll(context, found, options);
      return found.length === 0 ? files : found;
    });
    return exitCodes.interrupted;
  });
}

async function runAll(context: Context, files: readonly string[], options: Options): Promise<ExitCode> {
  const { out, io } = context;
  const startedMs = performance.now();
  const reports: TestReport[] = [];
  const all =
    options.real === true
      ? await runRealTests(files, options.filter, (line) => out.progress(line))
      : await Promise.all(files.map((file) => runTestFile(file, options.filter)));
  for (const report of all) {
    if (options.filter === undefined || report.scenarios.length > 0 || report.unreadable !== undefined)
      reports.push(report);
  }
  const durationMs = performance.now() - startedMs;
  if (reports.length === 0)
    throw usageError(`No scenario's name contains "${options.filter ?? ""}".`, "Leave --filter out to see all names.");
  const shown = (path: string): string => shownPath(path, io);
  const passed = reports.every(
    ({ scenarios, unreadable }) => unreadable === undefined && scenarios.every((scenario) => scenario.passed),
  );
  const result = {
    passed,
    durationMs: Math.round(durationMs),
    files: reports.map((report) => withPaths(report, shown)),
  };
  const lines = (): string[] => [
    ...reports.flatMap((report) => [...testLines(report, io, out.paint), ""]),
    summaryLine(reports, durationMs, out.paint),
  ];
  if (options.watch === true) out.item(result, () => lines().join("\n"));
  else out.result(result, lines);
  if (options.junit !== undefined) await writeText(options.junit, junitXml(reports, shown), io);
  return passed ? exitCodes.ok : exitCodes.failed;
}

function withPaths(report: TestReport, shown: (path: string) => string): TestReport {
  const { file, unreadable } = report;
  return {
    ...report,
    file: shown(file),
    ...(unreadable === undefined ? {} : { unreadable: { ...unreadable, file: shown(unreadable.file) } }),
  };
}
