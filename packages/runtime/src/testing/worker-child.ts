import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { World } from "./world.ts";

const mainPath = fileURLToPath(new URL("../worker/main.ts", import.meta.url));

/** The real worker process, to be killed at will. */
export class WorkerChild {
  readonly #world: World;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  readonly #program: string;

  /** @param program left out: the worker's own main */
  constructor(world: World, env: NodeJS.ProcessEnv = {}, program: string = mainPath) {
    this.#world = world;
    this.#env = env;
    this.#program = program;
  }

  /** Resolves when it polls. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program], {
      env: { ...this.#world.env, MAINSPRING_LOG_LEVEL: "info", ...this.#env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        if (chunk.includes("worker polls")) resolve();
      });
      child.once("exit", (code, signal) => reject(new Error(`The worker ended before it polled: ${code ?? signal}`)));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGKILL, and gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** In order. @returns its exit code */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit") as Promise<[number | null]>;
    child.kill(signal);
    return (await exited)[0];
  }
}
