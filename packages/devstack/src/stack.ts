// The stack of one folder: Postgres, Temporal, server and worker, started in this order and supervised.
import { mkdirSync } from "node:fs";
import { migrate, roleNames } from "@mainspring/store";
import { removeDevJson, writeDevJson, type DevJson } from "./dev-json.ts";
import { endLeftOvers, recordProcesses } from "./left-overs.ts";
import { freePort } from "./ports.ts";
import { answersAsPostgres } from "./postgres/probe.ts";
import { embeddedPostgres } from "./postgres/postgres.ts";
import { serverService, workerService, type ProcessSettings } from "./product-services.ts";
import type { Progress } from "./progress.ts";
import { setupError } from "./setup-error.ts";
import { readState, type StackState } from "./stack-state.ts";
import { demoTenant } from "./start/demo-tenant.ts";
import { isRedisHere, localRedis } from "./redis/redis.ts";
import type { Supervisor } from "./supervisor.ts";
import { answersAsTemporal } from "./temporal/probe.ts";
import { findTemporal } from "./temporal/program.ts";
import { localTemporal, temporalNamespace } from "./temporal/temporal.ts";
import { buildWeb } from "./web-build.ts";

const preferredPorts = { server: 7070, worker: 7071, postgres: 7432, temporal: 7233, redis: 7379 };

export type StackOptions = {
  /** The repository. */
  root: string;
  /** Where everything is kept: `.mainspring` in the repository. */
  folder: string;
  env: NodeJS.ProcessEnv;
  progress: Progress;
};

export type Stack = {
  dev(): DevJson;
  stop(): Promise<void>;
};

/**
 * Starts what is missing and resolves once the server and a worker answer and `dev.json` is there. `supervisor` is the
 * caller's, so that it can end what has started when this fails or is interrupted.
 */
export async function startStack(options: StackOptions, supervisor: Supervisor): Promise<Stack> {
  const { root, folder, env, progress } = options;
  mkdirSync(folder, { recursive: true });
  await endLeftOvers(folder);
  removeDevJson(folder);
  const remember = (): void => recordProcesses(folder, Object.values(supervisor.pids()));
  remember();
  const state = readState(folder);
  // What somebody asked for and cannot be had is told before anything is started.
  const serverPort = await chosenServerPort(env);
  await checkGivenPlaces(options);

  // These need nothing of each other; on an empty machine Temporal takes minutes, and a failure should not wait for it.
  const [ownerUrl, temporalAddress, redisUrl] = await Promise.all([
    startPostgres(options, supervisor).then(async (url) => {
      await progress.step("Tables", () => migrate({ ownerUrl: url, passwords: state.rolePasswords }));
      return url;
    }),
    startTemporal(options, supervisor),
    startRedis(options, supervisor),
    buildWeb(root, progress),
  ]);
  remember();

  const settings: ProcessSettings = {
    root,
    folder,
    databaseUrls: roleUrls(ownerUrl, state),
    temporalAddress,
    temporalNamespace: env["TEMPORAL_NAMESPACE"] ?? temporalNamespace,
    platformKey: state.platformKey,
    masterKeys: env["MAINSPRING_MASTER_KEYS"] ?? state.masterKeys,
    serverPort,
    workerPort: await freePort(preferredPorts.worker),
  };
  const processEnv = redisUrl === undefined ? env : { ...env, REDIS_URL: redisUrl };
  const server = serverService(settings, processEnv);
  await Promise.all([
    progress.step("Server", () => supervisor.start(server.service)),
    progress.step("Worker", () => supervisor.start(workerService(settings, processEnv))),
  ]);
  remember();

  const demo = await progress.step("Demo tenant", () => demoTenant(folder, state, server.url));
  const dev = (): DevJson => ({
    url: server.url,
    apiKey: demo.apiKey,
    platformKey: state.platformKey,
    masterKeys: settings.masterKeys,
    tenantId: demo.tenantId,
    temporalAddress,
    temporalNamespace: settings.temporalNamespace,
    databaseUrl: settings.databaseUrls.app,
    databaseUrls: settings.databaseUrls,
    ...(redisUrl === undefined ? {} : { redisUrl }),
    pids: { ...supervisor.pids(), supervisor: process.pid },
  });
  writeDevJson(folder, dev());
  supervisor.onRestarted((name, pid, why) => {
    progress.say(`  ! ${name} was ${why}: started again as ${pid}, see ${folder}/${name}.log`);
    remember();
    writeDevJson(folder, dev());
  });
  return {
    dev,
    async stop() {
      await supervisor.stop();
      removeDevJson(folder);
    },
  };
}

/** Throws POSTGRES_UNREACHABLE or TEMPORAL_UNREACHABLE. */
async function checkGivenPlaces({ env, progress }: StackOptions): Promise<void> {
  const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = env;
  if (databaseUrl) {
    const { hostname: host, port } = new URL(databaseUrl);
    const place = { host, port: Number(port || 5432) };
    const answers = await progress.step("Postgres of DATABASE_URL", () => answersAsPostgres(place, 5_000));
    if (!answers) throw setupError("POSTGRES_UNREACHABLE", { address: `${place.host}:${place.port}` });
  }
  if (address) {
    const ask = () => answersAsTemporal(address, namespace ?? temporalNamespace, 5_000);
    if (!(await progress.step("Temporal of TEMPORAL_ADDRESS", ask)))
      throw setupError("TEMPORAL_UNREACHABLE", { address });
  }
}

async function startPostgres({ folder, env, progress }: StackOptions, supervisor: Supervisor): Promise<string> {
  if (env["DATABASE_URL"]) return env["DATABASE_URL"];
  return progress.step("Postgres", async () => {
    const port = await freePort(preferredPorts.postgres);
    const { service, ownerUrl } = await embeddedPostgres({ folder, port, durability: "keep" });
    await supervisor.start(service);
    return ownerUrl;
  });
}

async function startTemporal({ folder, env, progress }: StackOptions, supervisor: Supervisor): Promise<string> {
  if (env["TEMPORAL_ADDRESS"]) return env["TEMPORAL_ADDRESS"];
  const program = await findTemporal(env, progress);
  return progress.step("Temporal", async () => {
    const { service, address } = localTemporal({ program, folder, port: await freePort(preferredPorts.temporal) });
    await supervisor.start(service);
    return address;
  });
}

/** Undefined where there is none: events then come by API and webhook alone. */
async function startRedis(
  { folder, env, progress }: StackOptions,
  supervisor: Supervisor,
): Promise<string | undefined> {
  if (env["REDIS_URL"]) return env["REDIS_URL"];
  if (!isRedisHere()) return undefined;
  return progress.step("Redis", async () => {
    const { service, url } = localRedis({ folder, port: await freePort(preferredPorts.redis) });
    await supervisor.start(service);
    return url;
  });
}

/** A port that was asked for is used or refused; without one, any free port will do. */
async function chosenServerPort(env: NodeJS.ProcessEnv): Promise<number> {
  const asked = env["MAINSPRING_PORT"];
  if (!asked) return freePort(preferredPorts.server);
  const port = Number(asked);
  if ((await freePort(port)) !== port) throw setupError("PORT_TAKEN", { port, variable: "MAINSPRING_PORT" });
  return port;
}

function roleUrls(ownerUrl: string, { rolePasswords }: StackState): ProcessSettings["databaseUrls"] {
  const as = (role: keyof StackState["rolePasswords"]): string => {
    const url = new URL(ownerUrl);
    url.username = roleNames[role];
    url.password = rolePasswords[role];
    return url.href;
  };
  return { app: as("app"), dispatcher: as("dispatcher"), reconciler: as("reconciler") };
}
