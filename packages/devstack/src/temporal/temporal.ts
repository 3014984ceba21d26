// Temporal's own development server, with settings for one machine.
import { join } from "node:path";
import type { Service } from "../service.ts";
import { setupError } from "../setup-error.ts";
import { answersAsTemporal } from "./probe.ts";

export const temporalNamespace = "default";

/**
 * Temporal's defaults suit clusters: each shard looks for work 20 times a second at most, timers are rounded up to a
 * second, a task queue has four partitions. On one machine these alone make a step take 100 ms instead of 10.
 */
const dynamicConfig: Record<string, unknown> = {
  "history.transferProcessorMaxPollRPS": 2_000,
  "history.timerProcessorMaxPollRPS": 2_000,
  "history.timerProcessorMaxTimeShift": "10ms",
  "history.workflowIdReuseMinimalInterval": "1ms",
  // An execution that is to be deleted goes once what was owed to it is known to be done: by default that is noted every 30 s.
  "history.transferProcessorUpdateAckInterval": "1s",
  "history.visibilityProcessorUpdateAckInterval": "1s",
  "system.enableActivityEagerExecution": true,
  "matching.numTaskqueueReadPartitions": 1,
  "matching.numTaskqueueWritePartitions": 1,
  "matching.enableFairness": true,
};

const sqlitePragmas: Record<string, string> = {
  journal_mode: "WAL",
  synchronous: "NORMAL",
  cache_size: "-200000",
  temp_store: "MEMORY",
};

export type TemporalOptions = {
  /** The `temporal` program, from `findTemporal`. */
  program: string;
  /** Holds `temporal.db`, with every execution, and the log. */
  folder: string;
  port: number;
};

export type LocalTemporal = { service: Service; address: string };

export function localTemporal({ program, folder, port }: TemporalOptions): LocalTemporal {
  const address = `127.0.0.1:${port}`;
  const logFile = join(folder, "temporal.log");
  const config = Object.entries(dynamicConfig).flatMap(([name, value]) => [
    "--dynamic-config-value",
    `${name}=${JSON.stringify(value)}`,
  ]);
  const pragmas = Object.entries(sqlitePragmas).flatMap(([name, value]) => ["--sqlite-pragma", `${name}=${value}`]);
  const place = ["--ip", "127.0.0.1", "--port", String(port), "--db-filename", join(folder, "temporal.db")];
  return {
    address,
    service: {
      name: "temporal",
      command: program,
      args: ["server", "start-dev", "--headless", "--log-level", "warn", ...place, ...pragmas, ...config],
      env: { ...process.env, GOGC: "400" },
      cwd: folder,
      logFile,
      ending: { signal: "SIGTERM", graceMs: 10_000 },
      isReady: () => answersAsTemporal(address, temporalNamespace),
      readyDeadlineMs: 60_000,
      failure: (reason) => setupError("TEMPORAL_FAILED", { reason, log: logFile }),
      passingTrouble: /database is locked|address already in use/,
    },
  };
}
