import { DefaultLogger, Runtime } from "@temporalio/worker";

/** Temporal's own log in tests: warnings and worse, and those only when asked for. */
export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger(process.env["MAINSPRING_TEST_LOG"] === undefined ? "ERROR" : "WARN"), shutdownSignals: [] });
}
