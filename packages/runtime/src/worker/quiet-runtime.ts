import { DefaultLogger, makeTelemetryFilterString, Runtime } from "@temporalio/worker";

let quiet = false;

/** Temporal's own log where it would be in the way: errors, and warnings when asked for. Before the first worker of a process. */
export function quietRuntime(): void {
  if (quiet) return;
  quiet = true;
  const level = process.env["MAINSPRING_TEST_LOG"] === undefined ? "ERROR" : "WARN";
  Runtime.install({
    logger: new DefaultLogger(level),
    // What it logs natively it writes to standard output, where commands write what they are asked for.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: level, other: level }), forward: {} } },
    shutdownSignals: [],
  });
}
