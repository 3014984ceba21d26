// The command line as a person runs it: the real main.ts in a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const mainFile = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Arguments of Node before the script. */
  readonly nodeArgs?: readonly string[];
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<Ran>;
}

export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return spawnCli(args, { cwd: emptyFolder(), ...options }).ended;
}

export function spawnCli(args: readonly string[], options: RunOptions & { readonly cwd: string }): RunningCli {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), mainFile, ...args], {
    cwd: options.cwd,
    env: bareEnvironment(options.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
  child.stdin.on("error", () => {}); // a command that reads nothing may end first
  child.stdin.end(options.stdin ?? "");
  const ended = once(child, "close").then(([code, signal]: unknown[]): Ran => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

/** Nothing of the developer's own connection or terminal reaches the command. HOME stays: caches are below it. */
export function bareEnvironment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = /^(MAINSPRING_|TEMPORAL_|FORCE_COLOR$|NO_COLOR$|(.*_)?DATABASE_URL$)/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(kept), XDG_CONFIG_HOME: join(tmpdir(), "mainspring-cli-no-config"), ...env };
}

/** A folder of the test's own, removed with it. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
