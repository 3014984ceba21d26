// The installation of compose.yaml without containers: the same programs of the built output, with the environments that the file gives
// them, in folders that hold nothing of the sources.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { freePort } from "../../packages/devstack/src/ports.ts";
import { embeddedPostgres, removeOutsideData } from "../../packages/devstack/src/postgres/postgres.ts";
import type { Progress } from "../../packages/devstack/src/progress.ts";
import type { Service, ServiceName } from "../../packages/devstack/src/service.ts";
import { createSupervisor, type Supervisor } from "../../packages/devstack/src/supervisor.ts";
import { findTemporal } from "../../packages/devstack/src/temporal/program.ts";
import { localTemporal } from "../../packages/devstack/src/temporal/temporal.ts";
import { root } from "../checks.ts";
import { readCompose, type ComposeService } from "./compose-file.ts";
import type { Installation } from "./scenario.ts";

export type ProcessOptions = {
  /** Of `npm run build -- --with-packages`; left out: it is built. */
  readonly built?: string | undefined;
  /** `host:port` of a running Temporal; left out: one is started. */
  readonly temporalAddress?: string | undefined;
};

type Started = Installation & {
  /** How a service ended that had to be started again; empty when all went on. */
  restarts(): string[];
  stop(): Promise<void>;
};

/** Everything that is started ends with this process, however that ends. */
export async function startProcesses(options: ProcessOptions, progress: Progress): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-smoke-"));
  chmodSync(folder, 0o711); // as root, Postgres runs as another user
  const supervisor = createSupervisor();
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    removeOutsideData(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await start(options, progress, folder, supervisor)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: ProcessOptions,
  progress: Progress,
  folder: string,
  supervisor: Supervisor,
): Promise<Omit<Started, "stop">> {
  const built = options.built ?? join(folder, "built");
  if (options.built === undefined)
    await progress.step("Built output", () =>
      node([join(root, "scripts/build.ts"), "--out", built, "--with-packages"], process.env, root),
    );
  const ports = {
    postgres: await freePort(),
    redis: await freePort(),
    server: await freePort(),
    worker: await freePort(),
    temporal: await freePort(),
  };
  const redis = findRedis();
  const temporalAddress = options.temporalAddress ?? `127.0.0.1:${ports.temporal}`;
  const namespace = `smoke-${process.pid}-${Date.now().toString(36)}`;
  const { services } = readCompose({ TEMPORAL_NAMESPACE: namespace, MAINSPRING_LOG_LEVEL: "warn" });
  const keys = join(folder, "keys");
  mkdirSync(keys);

  /** What compose.yaml gives a service, with the places of this machine. */
  const environment = (name: string, changes: Record<string, string> = {}): NodeJS.ProcessEnv => {
    const given = Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
      variable,
      value
        .replace(/^\/keys\//, `${keys}/`)
        .replace(/^temporal:7233$/, temporalAddress)
        .replace(/^postgres:5432\//, `127.0.0.1:${ports.postgres}/`)
        .replace(/^redis:6379$/, `127.0.0.1:${ports.redis}`)
        .replace(/^0\.0\.0\.0$/, "127.0.0.1"),
    ]);
    const env: NodeJS.ProcessEnv = { ...Object.fromEntries(given), ...changes };
    if (redis === undefined) delete env["REDIS_URL_FILE"];
    return { PATH: process.env["PATH"], NODE_ENV: "production", ...env };
  };
  const program = (name: string): { args: string[]; cwd: string } => programOf(built, name, services[name], keys);
  const perform = (name: string, changes: Record<string, string> = {}): Promise<void> => {
    const { args, cwd } = program(name);
    return node(args, environment(name, changes), cwd);
  };

  await progress.step("setup", () => perform("setup"));
  const postgres = await embeddedPostgres({ folder, port: ports.postgres, durability: "throwAway" });
  await progress.step("Postgres", () => supervisor.start(postgres.service));
  if (options.temporalAddress === undefined) {
    const temporal = localTemporal({
      program: await findTemporal(process.env, progress),
      folder,
      port: ports.temporal,
    });
    await progress.step("Temporal", () => supervisor.start(temporal.service));
  }
  if (redis === undefined) progress.say("  - no redis-server on PATH: without Redis");
  else await progress.step("Redis", () => supervisor.start(redisService(redis, folder, ports.redis, keys)));

  // The superuser of this Postgres has a password of its own, which `setup` cannot know.
  const { OWNER_DATABASE_URL_FILE: _, ...prepared } = environment("migrate");
  await progress.step("migrate", () =>
    node(program("migrate").args, { ...prepared, OWNER_DATABASE_URL: postgres.ownerUrl }, program("migrate").cwd),
  );
  const restarts: string[] = [];
  supervisor.onRestarted((name, _pid, why) => restarts.push(`${name} was ${why}`));
  const url = `http://127.0.0.1:${ports.server}`;
  const serve = (name: "server" | "worker", env: NodeJS.ProcessEnv, readyUrl: string): Promise<void> =>
    progress.step(name, () => supervisor.start(productService(name, program(name), env, folder, readyUrl)));
  const workerEnv = environment("worker", { MAINSPRING_WORKER_PORT: String(ports.worker) });
  await Promise.all([
    serve("server", environment("server", { MAINSPRING_PORT: String(ports.server) }), `${url}/readyz`),
    serve("worker", workerEnv, `http://127.0.0.1:${ports.worker}/readyz`),
  ]);
  return {
    url,
    platformKey: readFileSync(join(keys, "product/platform-key"), "utf8").trim(),
    temporalAddress,
    namespace,
    rows: (text) => rowsOf(postgres.ownerUrl, text),
    restarts: () => restarts,
  };
}

/** What a service's image runs, in the folder that its image holds. */
function programOf(
  built: string,
  name: string,
  service: ComposeService | undefined,
  keys: string,
): { args: string[]; cwd: string } {
  const target = service?.build?.target ?? "";
  const command = service?.command ?? commandOfImage(target);
  const args = command.slice(1).map((part) => (part === "/keys" ? keys : part));
  const cwd = join(built, target);
  if (command[0] !== "node" || !existsSync(join(cwd, args[0] ?? "")))
    throw new Error(`compose.yaml starts ${name} by ${command.join(" ")}, which the built output does not hold`);
  return { args, cwd };
}

/** `CMD` of a stage of the Dockerfile. */
export function commandOfImage(target: string): string[] {
  const stage = readFileSync(join(root, "Dockerfile"), "utf8").split(`AS ${target}\n`)[1]?.split("\nFROM ")[0] ?? "";
  const command = /^CMD (\[.*\])$/m.exec(stage)?.[1];
  if (command === undefined) throw new Error(`The Dockerfile's stage "${target}" has no CMD`);
  return JSON.parse(command) as string[];
}

function productService(
  name: "server" | "worker",
  program: { args: string[]; cwd: string },
  env: NodeJS.ProcessEnv,
  folder: string,
  readyUrl: string,
): Service {
  return service(name, process.execPath, program.args, { folder, env, cwd: program.cwd }, async () => {
    const reply = await fetch(readyUrl, { headers: { connection: "close" }, signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    await reply?.body?.cancel();
    return reply?.ok ?? false;
  });
}

function redisService(program: string, folder: string, port: number, keys: string): Service {
  const args = [join(keys, "redis/redis.conf"), "--dir", folder, "--bind", "127.0.0.1", "--port", String(port)];
  const env = { PATH: process.env["PATH"] };
  return service("redis", program, args, { folder, env, cwd: folder }, () => accepts(port));
}

function service(
  name: ServiceName,
  command: string,
  args: string[],
  place: { folder: string; env: NodeJS.ProcessEnv; cwd: string },
  isReady: () => Promise<boolean>,
): Service {
  const logFile = join(place.folder, `${name}.log`);
  return {
    name,
    command,
    args,
    env: place.env,
    cwd: place.cwd,
    logFile,
    ending: { signal: "SIGTERM", graceMs: 35_000 },
    isReady,
    readyDeadlineMs: 60_000,
    failure: (reason) => new Error(`The ${name} did not become ready (${reason}):\n${tail(logFile)}`),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function findRedis(): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "redis-server"))
    .find((path) => existsSync(path));
}

async function rowsOf(ownerUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function tail(logFile: string): string {
  return existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n") : "";
}

/** @throws Error with what the program said */
function node(args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(" ")} ended with ${code}:\n${said.trim()}`));
    });
  });
}
