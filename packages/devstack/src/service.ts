// One supervised process: how it is started, when it is ready, how it is asked to end.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Ending } from "./guardian/guardian.ts";

export type ServiceName = "postgres" | "temporal" | "redis" | "server" | "worker";

export type Service = {
  name: ServiceName;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Whom the process runs as, where that is not ourselves. */
  runAs?: { uid: number; gid: number };
  logFile: string;
  ending: Ending;
  isReady(): Promise<boolean>;
  readyDeadlineMs: number;
  /** The error to throw when the process ends or stays silent before it is ready. */
  failure(reason: string): Error;
  /** What the end of the log says when trying again shortly may help, such as a lock of a process that is just ending. */
  passingTrouble?: RegExp;
};

/** Starts the process in a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone. */
export function spawnService(service: Service): ChildProcess {
  mkdirSync(dirname(service.logFile), { recursive: true });
  const log = openSync(service.logFile, "a", 0o600);
  try {
    return spawn(service.command, service.args, {
      cwd: service.cwd,
      env: service.env,
      detached: true,
      stdio: ["ignore", log, log],
      ...service.runAs,
    });
  } finally {
    closeSync(log);
  }
}

/** The last lines of a service's log, for messages and for `passingTrouble`. */
export function logTail(service: Service, lines = 5): string {
  try {
    return readFileSync(service.logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
