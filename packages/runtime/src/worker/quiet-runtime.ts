import { DefaultLogger, Runtime } from "@temporalio/worker";

let quiet = false;

/** Temporal's own log where it would be in the way: errors, and warnings when asked for. Before the first worker of a process. */
export function quietRuntime(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger(process.env["MAINSPRING_TEST_LOG"] === undefined ? "ERROR" : "WARN"),
    shutdownSignals: [],
  });
}
