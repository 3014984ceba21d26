import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../exit-codes.ts";
import { exitCodes } from "../exit-codes.ts";
import { repository } from "./repository.ts";

/**
 * Runs one of the product's processes in the foreground with our streams, passes signals on, and resolves with its exit
 * code. A process of its own, so that commands load nothing of it.
 * @param main such as `packages/server/src/main.ts`
 */
export function runProcess(main: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const child = spawn(process.execPath, [placeOf(main), ...args], {
    stdio: "inherit",
    // The development stack ends itself when the process of this id, which it expects to be its parent, is gone.
    env: { ...env, MAINSPRING_BOOTSTRAP_PID: String(process.pid) },
  });
  // Ctrl-C reaches the child by itself; we stay until it has ended in order.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const stay = (): void => {};
  process.on("SIGINT", stay);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", stay);
      process.off("SIGTERM", pass);
      process.off("SIGHUP", pass);
      resolve(code ?? (signal === null ? exitCodes.failed : 128 + constants.signals[signal]));
    });
  });
}

/** Where that process is: among the sources, or in the built output, which the development stack is no part of. */
function placeOf(main: string): string {
  if (import.meta.url.endsWith(".ts")) return join(repository, main);
  const built = join(repository, main.replace("/src/", "/dist/").replace(/\.ts$/, ".js"));
  if (existsSync(built)) return built;
  throw new CliError(
    "NOT_INSTALLED",
    `${main.split("/")[1]} is not part of this installation`,
    "Use a checkout of the sources.",
  );
}
