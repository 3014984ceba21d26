// The real server and the real worker, each under a supervisor of its own that starts it again, on a database and a
// namespace that no other test has.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { newApiKey, newWorld, testWaits, until, type World } from "@mainspring/runtime/testing";
import { freePort } from "../ports.ts";
import { serverService, workerService, type ProcessSettings } from "../product-services.ts";
import type { Service, ServiceName } from "../service.ts";
import { apiOf, type Api } from "../start/api.ts";
import { createSupervisor, type Supervisor } from "../supervisor.ts";

export const root = dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));

/** A process of the product that comes back when it is killed. */
export type Kept = {
  pid(): number;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when the next one has been started, which need not be ready. */
  kill(): Promise<void>;
  ready(): Promise<void>;
};

export type Product = {
  world: World;
  url: string;
  /** Of the first worker's health. */
  workerUrl: string;
  /** As an admin of the world's tenant, whose runs may call this machine. */
  api: Api;
  server: Kept;
  worker: Kept;
  /** What server and worker have written so far. */
  logs(): string;
  /** Ends the worker in order, and starts one with another environment. */
  replaceWorker(env: NodeJS.ProcessEnv): Promise<void>;
  /** One more worker, beside the first. */
  anotherWorker(): Promise<Kept>;
  close(): Promise<void>;
};

// A machine that is busy with other tests must not look like a lost worker.
const bounds = { heartbeatTimeoutMs: 4_000 };

/** @param bothEnv for server and worker alike */
export async function startProduct(
  workerEnv: NodeJS.ProcessEnv = {},
  bothEnv: NodeJS.ProcessEnv = {},
): Promise<Product> {
  const world = await newWorld();
  const folder = mkdtempSync(join(tmpdir(), "mainspring-faults-"));
  chmodSync(folder, 0o711);
  const settings: ProcessSettings = {
    root,
    folder,
    databaseUrls: {
      app: world.database.appUrl,
      dispatcher: world.database.dispatcherUrl,
      reconciler: world.database.reconcilerUrl,
    },
    temporalAddress: String(world.env["TEMPORAL_ADDRESS"]),
    temporalNamespace: world.namespace,
    platformKey: "4fd1c09b7a8e2356dd01ef9a",
    masterKeys: world.database.masterKeys,
    serverPort: await freePort(),
    workerPort: await freePort(),
  };
  const env = {
    ...process.env,
    MAINSPRING_WAITS: JSON.stringify(testWaits),
    MAINSPRING_BOUNDS: JSON.stringify(bounds),
    MAINSPRING_LOG_LEVEL: "warn",
    ...bothEnv,
  };
  const { service: server, url } = serverService(settings, env);
  const keptServer = await keep(server);
  let keptWorker = await keep(workerService(settings, { ...env, ...workerEnv }));
  const apiKey = await newApiKey(world.store, world.tenantId, "admin");
  const others: Supervisor[] = [];
  return {
    world,
    url,
    workerUrl: `http://127.0.0.1:${settings.workerPort}`,
    api: apiOf(url, apiKey),
    server: keptServer.kept,
    get worker() {
      return keptWorker.kept;
    },
    logs: () => [server.logFile, join(folder, "worker.log")].map((file) => readFileSync(file, "utf8")).join("\n"),
    async replaceWorker(more) {
      await keptWorker.supervisor.stop();
      keptWorker = await keep(workerService(settings, { ...env, ...more }));
    },
    async anotherWorker() {
      const other = await keep(workerService({ ...settings, workerPort: await freePort() }, { ...env, ...workerEnv }));
      others.push(other.supervisor);
      return other.kept;
    },
    async close() {
      await Promise.all([keptServer.supervisor, keptWorker.supervisor, ...others].map((one) => one.stop()));
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function keep(service: Service): Promise<{ kept: Kept; supervisor: Supervisor }> {
  const supervisor = createSupervisor();
  await supervisor.start(service);
  const pid = (): number => pidOf(supervisor, service.name);
  const kept: Kept = {
    pid,
    signal: (signal) => void process.kill(pid(), signal),
    async kill() {
      const before = pid();
      process.kill(before, "SIGKILL");
      await until(`${service.name} is started again`, () => (pid() === before ? undefined : true));
    },
    ready: async () => {
      await until(`${service.name} is ready`, async () => ((await service.isReady()) ? true : undefined), {
        withinMs: 60_000,
        everyMs: 50,
      });
    },
  };
  return { kept, supervisor };
}

function pidOf(supervisor: Supervisor, name: ServiceName): number {
  const pid = supervisor.pids()[name];
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
}
