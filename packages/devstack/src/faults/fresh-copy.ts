// The repository as a newcomer has it, in a folder of its own: sources and examples are copied, installed packages are shared.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { until } from "@mainspring/runtime/testing";
import { readDevJson, type DevJson } from "../dev-json.ts";
import { identify, isAlive } from "../processes.ts";
import { testVariables } from "../testing.ts";
import { processesNaming, withDescendants } from "./proc.ts";
import { root } from "./product.ts";

const notCopied = new Set(["node_modules", ".mainspring", "build"]);

export type FreshCopy = {
  folder: string;
  /** `npm start` with these arguments. */
  start(...args: string[]): Started;
  /** Ends whatever runs in the folder, and removes it. */
  remove(): Promise<void>;
};

export type Started = {
  child: ChildProcess;
  output(): string;
  /** What has been printed, at the moment at which it matches. */
  printed(pattern: RegExp, withinMs: number): Promise<string>;
  dev(): DevJson;
  exitCode(): Promise<number | null>;
};

export function freshCopy(): FreshCopy {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-copy-"));
  chmodSync(folder, 0o755); // as root, Postgres runs as another user
  for (const name of [
    "packages",
    "examples",
    "scripts",
    "package.json",
    "package-lock.json",
    "tsconfig.base.json",
    "README.md",
  ]) {
    const filter = (source: string): boolean => !notCopied.has(basename(source));
    cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true, filter });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  // The pages are built by a test of their own; here a build that is there is good enough.
  const pages = join(folder, "packages/web/dist/index.html");
  if (existsSync(pages)) utimesSync(pages, new Date(), new Date());
  mkdirSync(join(folder, ".mainspring"));
  return {
    folder,
    start: (...args) => start(folder, args),
    async remove() {
      for (const line of processesNaming(folder)) process.kill(Number(line.split(":")[0]), "SIGKILL");
      await until("nothing runs in the copy", () => (processesNaming(folder).length === 0 ? true : undefined));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Kills everything that belongs to the stack, none of it having a chance to act. @returns how many processes that were */
export function killAtOnce(folder: string, supervisor: number): number {
  process.kill(supervisor, "SIGSTOP"); // it would start again what we kill first
  const named = processesNaming(folder).map((line) => Number(line.split(":")[0]));
  // The supervisor last: the guardian, which waits for its death, is gone by then.
  const pids = [...new Set([...withDescendants(supervisor), ...named])].reverse();
  let killed = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
      killed += 1;
    } catch {
      // A process of Postgres that ended when its first one died.
    }
  }
  return killed;
}

/** Processes that the stack has or had, as far as they live. */
export function living(folder: string, known: number[]): string[] {
  const left = known.map(identify).filter((identity) => identity !== undefined && isAlive(identity));
  return [...processesNaming(folder), ...left.map((identity) => `${identity?.pid}`)];
}

function start(folder: string, args: string[]): Started {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of ["MAINSPRING_FOLDER", "DATABASE_URL", "TEMPORAL_ADDRESS", ...Object.values(testVariables)])
    delete env[name];
  const child = spawn(process.execPath, [join(folder, "scripts/bootstrap.mjs"), "start", ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    output: () => said,
    async printed(pattern, withinMs) {
      await until(`${pattern} is printed`, () => (pattern.test(said) || hasEnded() ? true : undefined), {
        withinMs,
        everyMs: 5,
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${said}`);
      });
      if (!pattern.test(said))
        throw new Error(`It ended with ${child.exitCode ?? child.signalCode}, without ${pattern}:\n${said}`);
      return said;
    },
    dev() {
      const content = readDevJson(join(folder, ".mainspring"));
      if (content === undefined) throw new Error("the stack is not running");
      return content;
    },
    async exitCode() {
      if (!hasEnded()) await once(child, "exit");
      return child.exitCode;
    },
  };
}
