// Our own two processes as services of the stack.
import { join } from "node:path";
import type { Service } from "./service.ts";
import { setupError } from "./setup-error.ts";

export type ProcessSettings = {
  root: string;
  folder: string;
  databaseUrls: { app: string; dispatcher: string; reconciler: string };
  temporalAddress: string;
  temporalNamespace: string;
  platformKey: string;
  masterKeys: string;
  serverPort: number;
  workerPort: number;
};

const host = "127.0.0.1";

export function serverService(settings: ProcessSettings, env: NodeJS.ProcessEnv): { service: Service; url: string } {
  const url = `http://${host}:${settings.serverPort}`;
  return { url, service: nodeService("server", "packages/server/src/main.ts", `${url}/readyz`, settings, env) };
}

export function workerService(settings: ProcessSettings, env: NodeJS.ProcessEnv): Service {
  const health = `http://${host}:${settings.workerPort}/readyz`;
  return nodeService("worker", "packages/runtime/src/worker/main.ts", health, settings, env);
}

function nodeService(
  name: "server" | "worker",
  main: string,
  readyUrl: string,
  settings: ProcessSettings,
  env: NodeJS.ProcessEnv,
): Service {
  const logFile = join(settings.folder, `${name}.log`);
  return {
    name,
    command: process.execPath,
    args: [join(settings.root, main)],
    env: {
      ...env,
      DATABASE_URL: settings.databaseUrls.app,
      DISPATCHER_DATABASE_URL: settings.databaseUrls.dispatcher,
      RECONCILER_DATABASE_URL: settings.databaseUrls.reconciler,
      TEMPORAL_ADDRESS: settings.temporalAddress,
      TEMPORAL_NAMESPACE: settings.temporalNamespace,
      MAINSPRING_HOST: host,
      MAINSPRING_PORT: String(settings.serverPort),
      MAINSPRING_WORKER_PORT: String(settings.workerPort),
      MAINSPRING_PLATFORM_KEY: settings.platformKey,
      MAINSPRING_MASTER_KEYS: settings.masterKeys,
      MAINSPRING_DEV: "1",
      // After a worker was killed, its runs and the events that it had claimed go to others when this has passed; on one
      // machine no network can make a live worker look dead.
      MAINSPRING_WAITS: env["MAINSPRING_WAITS"] ?? JSON.stringify({ stickyTimeoutMs: 2_500, eventClaimMs: 5_000 }),
    },
    cwd: settings.root,
    logFile,
    ending: { signal: "SIGTERM", graceMs: 30_000 },
    isReady: () => answersOk(readyUrl),
    readyDeadlineMs: 60_000,
    failure: (reason) => setupError("PROCESS_FAILED", { name, reason, log: logFile }),
  };
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url, { headers: { connection: "close" }, signal: AbortSignal.timeout(2_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
