import type { WorkerHealth } from "./run-worker.ts";

/** What `/readyz` says, as gauges in Prometheus' text format: 1 is what an alert is for. */
export function healthMetrics({ temporal, modules }: Pick<WorkerHealth, "temporal" | "modules">): string {
  const lines = [
    "# HELP mainspring_temporal_not_polling Whether this worker takes no work from Temporal",
    "# TYPE mainspring_temporal_not_polling gauge",
    `mainspring_temporal_not_polling ${temporal === "RUNNING" ? 0 : 1}`,
    "# HELP mainspring_module_failing Whether the last round of a module of this worker failed",
    "# TYPE mainspring_module_failing gauge",
    ...Object.entries(modules).map(
      ([module, state]) => `mainspring_module_failing{module="${module}"} ${state === "failing" ? 1 : 0}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
