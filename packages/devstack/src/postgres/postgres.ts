// The embedded Postgres 18: its data folder, its settings, and how it is run.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { endProcess, identify } from "../processes.ts";
import type { Service } from "../service.ts";
import { setupError } from "../setup-error.ts";
import { answersAsPostgres } from "./probe.ts";
import { findPostgres, isReachableByAll, type PostgresPrograms } from "./programs.ts";

const host = "127.0.0.1";
const superuser = "mainspring";
const database = "mainspring";

export type PostgresOptions = {
  /** The folder for everything that is kept; made when it is missing. */
  folder: string;
  port: number;
  /** `keep`: survives a power failure. `throwAway`: survives any kill of processes, faster, for tests. */
  durability: "keep" | "throwAway";
  /** Another folder of binaries than the npm package's. */
  programs?: string;
};

export type EmbeddedPostgres = {
  service: Service;
  /** As the superuser, to the database `mainspring`. */
  ownerUrl: string;
};

/** Makes the data folder when there is none, ends a server that a killed supervisor left on it, and describes the server. */
export async function embeddedPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const programs = findPostgres(options.programs);
  mkdirSync(options.folder, { recursive: true });
  const home = dataHome(options.folder, programs);
  const data = join(home, "data");
  const passwordFile = superuserPasswordFile(home, programs);
  if (!existsSync(join(data, "PG_VERSION"))) createData(programs, data, passwordFile, options.durability);
  await endLeftOver(data);
  const password = readFileSync(passwordFile, "utf8");
  const logFile = join(options.folder, "postgres.log");
  return {
    ownerUrl: `postgres://${superuser}:${password}@${host}:${options.port}/${database}`,
    service: {
      name: "postgres",
      command: programs.postgres,
      args: ["-D", data, ...settings(options)],
      env: programEnv(),
      cwd: "/",
      runAs: programs.runAs,
      logFile,
      ending: { signal: "SIGINT", graceMs: 15_000 }, // "fast": sessions are cut, the data folder is left in order
      isReady: () => answersAsPostgres({ host, port: options.port }),
      readyDeadlineMs: 60_000, // recovery after a kill reads the log again
      failure: (reason) => setupError("POSTGRES_FAILED", { reason, log: logFile }),
      // The processes of a killed server need a moment to notice.
      passingTrouble: /shared memory block|lock file .* already exists|Address already in use/,
    },
  };
}

/** Removes a data folder that lies outside `folder`; the caller removes `folder` itself. */
export function removeOutsideData(folder: string): void {
  rmSync(outsideHome(folder), { recursive: true, force: true });
}

/** In `folder`, unless Postgres runs as another user who cannot pass the folders above it (such as /root). */
function dataHome(folder: string, { runAs }: PostgresPrograms): string {
  if (runAs !== undefined && isReachableByAll(dirname(folder))) {
    chmodSync(folder, statSync(folder).mode | 0o011); // passing through is allowed, looking around is not
  }
  const home = runAs === undefined || isReachableByAll(folder) ? join(folder, "postgres") : outsideHome(folder);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (runAs !== undefined) chownSync(home, runAs.uid, runAs.gid);
  return home;
}

function outsideHome(folder: string): string {
  return join("/var/tmp", `mainspring-data-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`);
}

function superuserPasswordFile(home: string, { runAs }: PostgresPrograms): string {
  const file = join(home, "password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  if (runAs !== undefined) chownSync(file, runAs.uid, runAs.gid);
  return file;
}

/** Works in a folder that is renamed at the end, so that an interrupted attempt leaves nothing half made. */
function createData(
  programs: PostgresPrograms,
  data: string,
  passwordFile: string,
  durability: PostgresOptions["durability"],
): void {
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const how = { cwd: "/", env: programEnv(), stdio: "pipe" as const, ...programs.runAs };
  const encoding = ["--no-locale", "-E", "UTF8", ...(durability === "throwAway" ? ["--no-sync"] : [])];
  const authentication = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, `--username=${superuser}`];
  try {
    execFileSync(programs.initdb, ["-D", draft, ...encoding, ...authentication, "--no-instructions"], how);
    // Single-user mode: one statement without a server, so that no client library is needed here.
    const statement = `create database ${database}\n`;
    execFileSync(programs.postgres, ["--single", "-D", draft, "postgres"], { ...how, input: statement });
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim().split("\n").at(-1);
    throw setupError("POSTGRES_FAILED", { reason: said || (error as Error).message, log: dirname(draft) });
  }
  renameSync(draft, data);
}

/** A server of this very data folder that nobody supervises any more. Its pid file names it; its command line proves it. */
async function endLeftOver(data: string): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  const identity = identify(pid);
  if (identity !== undefined && commandLine(pid).includes(data)) {
    await endProcess(identity, { signal: "SIGINT", graceMs: 15_000 });
  } else {
    rmSync(pidFile); // else Postgres takes whoever has that pid now for its own server
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: "pipe" });
  } catch {
    return "";
  }
}

function settings(options: PostgresOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: host,
    port: String(options.port),
    unix_socket_directories: "", // paths of sockets are limited to 107 bytes, and nobody needs one
    max_connections: "300",
    shared_buffers: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    max_wal_size: "1GB",
    ...(options.durability === "throwAway" ? { fsync: "off", full_page_writes: "off", autovacuum: "off" } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function programEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], LANG: "C", TZ: "UTC" };
}
