// The `temporal` program: on PATH, in the cache of this machine, fetched, or built, in this order.
import { execFile, spawn } from "node:child_process";
import { constants, createWriteStream, existsSync } from "node:fs";
import { access, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Progress } from "../progress.ts";
import { identify, isAlive, type ProcessIdentity } from "../processes.ts";
import { setupError, SetupError } from "../setup-error.ts";
import { waitUntil } from "../wait-until.ts";

/** The last version that `go install` accepts; later ones replace a module by a local folder. */
export const temporalVersion = "v1.5.1";
const goPackage = `github.com/temporalio/cli/cmd/temporal@${temporalVersion}`;
const officialDownloads = "https://temporal.download/cli/archive";
const executable = process.platform === "win32" ? "temporal.exe" : "temporal";
const firstByteMs = 8_000;
const downloadMs = 180_000;
const lockWaitMs = 20 * 60_000;

const run = promisify(execFile);

/**
 * The path of a program that runs. Throws TEMPORAL_UNAVAILABLE, which names everything that was tried.
 * `downloads` is another place than the official one.
 */
export async function findTemporal(
  env: NodeJS.ProcessEnv,
  progress: Progress,
  downloads = officialDownloads,
): Promise<string> {
  const onPath = await findOnPath(executable, env);
  if (onPath !== undefined && (await runs(onPath))) return onPath;
  const folder = cacheFolder(env);
  const cached = join(folder, executable);
  if (await runs(cached)) return cached;
  const release = await takeLock(`${folder}.lock`, progress);
  try {
    if (await runs(cached)) return cached; // built by another process while we waited
    await obtain(folder, env, progress, downloads);
  } finally {
    await release();
  }
  return cached;
}

/** Outside node_modules, so that a fresh clone on the same machine need not build again. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const cache = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  return join(cache, "mainspring", `temporal-${temporalVersion}`);
}

/** Fetches or builds the program into `folder`. */
async function obtain(folder: string, env: NodeJS.ProcessEnv, progress: Progress, downloads: string): Promise<void> {
  const failures: string[] = [];
  const ways = [
    { title: `Fetching Temporal ${temporalVersion}`, work: (draft: string) => download(draft, downloads) },
    {
      title: `Building Temporal ${temporalVersion} with Go, once on this machine (about 4 minutes on 2 cores)`,
      work: (draft: string) => buildWithGo(draft, env),
    },
  ];
  for (const { title, work } of ways) {
    const draft = `${folder}.${process.pid}`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    try {
      await progress.step(title, () => work(draft));
      if (!(await runs(join(draft, executable)))) throw new Error("the program does not run");
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
      return;
    } catch (error) {
      failures.push((error as Error).message);
      progress.say(`    ${(error as Error).message}`);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  throw setupError("TEMPORAL_UNAVAILABLE", { version: temporalVersion, tried: failures.join("; ") });
}

async function download(folder: string, downloads: string): Promise<void> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const url = `${downloads}/${temporalVersion}?platform=${platform}&arch=${arch}`;
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), firstByteMs);
  try {
    const reply = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    if (!reply.ok || reply.body === null) throw new Error(`status ${reply.status}`);
    timer = setTimeout(() => abort.abort(), downloadMs);
    const archive = join(folder, platform === "windows" ? "temporal.zip" : "temporal.tar.gz");
    await pipeline(Readable.fromWeb(reply.body), createWriteStream(archive));
    await run("tar", ["-xf", archive, "-C", folder]); // the tar of Windows reads zip archives too
    await rm(archive);
  } catch (error) {
    const cause = abort.signal.aborted ? "no answer in time" : causeOf(error);
    throw new Error(`${new URL(url).host} cannot be reached or read: ${cause}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}

async function buildWithGo(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const go = await findOnPath(process.platform === "win32" ? "go.exe" : "go", env);
  if (go === undefined) throw new Error("Go is not installed");
  const { stdout } = await run(go, ["env", "GOVERSION"], { env });
  const [, major = "0", minor = "0"] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) === 1 && Number(minor) < 25) throw new Error(`Go is ${stdout.trim()}, 1.25 is needed`);
  await new Promise<void>((resolve, reject) => {
    const build = spawn(go, ["install", goPackage], {
      env: { ...env, GOBIN: folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const endWithUs = (): boolean => build.kill();
    process.once("exit", endWithUs);
    let said = "";
    build.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
    build.once("error", reject);
    build.once("exit", (code) => {
      process.off("exit", endWithUs);
      if (code === 0) resolve();
      else reject(new Error(`\`go install\` failed: ${said.trim().split("\n").at(-1) ?? `exit code ${code}`}`));
    });
  });
}

async function runs(program: string): Promise<boolean> {
  if (!existsSync(program)) return false;
  try {
    await run(program, ["--version"], { timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter).filter((entry) => entry !== "")) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** One builder at a time per machine: others wait, telling so. A lock whose holder has died is taken over. */
async function takeLock(file: string, progress: Progress): Promise<() => Promise<void>> {
  await mkdir(join(file, ".."), { recursive: true });
  const me = identify(process.pid);
  const tryOnce = async (): Promise<boolean> => {
    try {
      await writeFile(file, JSON.stringify(me), { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!(await holderLives(file))) await rm(file, { force: true });
      return false;
    }
  };
  const taken =
    (await tryOnce()) ||
    (await progress.step("Waiting for another process that is preparing Temporal", () =>
      waitUntil(tryOnce, { deadlineMs: lockWaitMs, everyMs: 500 }),
    ));
  if (!taken) throw new SetupError("TEMPORAL_UNAVAILABLE", `Another process has held ${file} for 20 minutes: end it.`);
  return () => rm(file, { force: true });
}

async function holderLives(file: string): Promise<boolean> {
  try {
    const text = await readFile(file, "utf8");
    if (text === "") return Date.now() - (await stat(file)).mtimeMs < 5_000; // being written
    return isAlive(JSON.parse(text) as ProcessIdentity);
  } catch {
    return false;
  }
}
