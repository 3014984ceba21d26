// The supervisor's end of the pipe to `guardian/main.ts`.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProcessIdentity } from "../processes.ts";

/** How a process is asked to end, and how long it is given before SIGKILL. */
export type Ending = { signal: NodeJS.Signals; graceMs: number };

/** One line of JSON each. `watch` adds a process, `forget` takes it out, `done` says that nothing is left to end. */
export type GuardianMessage =
  | { kind: "watch"; process: ProcessIdentity; signal: NodeJS.Signals; graceMs: number }
  | { kind: "forget"; pid: number }
  | { kind: "done" };

export type Guardian = {
  watch(process: ProcessIdentity, ending: Ending): void;
  forget(pid: number): void;
  /** Lets the guardian go; nothing is ended. */
  release(): void;
};

export function startGuardian(): Guardian {
  const watched = new Map<number, GuardianMessage>();
  let released = false;
  let child = launch();

  function launch(): ChildProcess {
    const started = spawn(process.execPath, [fileURLToPath(new URL("./main.ts", import.meta.url))], {
      detached: true, // out of reach of a signal to our process group
      stdio: ["pipe", "ignore", "ignore"],
    });
    started.stdin?.on("error", () => {}); // a guardian that died is replaced below
    started.once("exit", () => {
      if (released) return;
      child = launch();
      for (const message of watched.values()) send(message);
    });
    started.unref();
    return started;
  }
  function send(message: GuardianMessage): void {
    child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  return {
    watch(identity, ending) {
      const message: GuardianMessage = { kind: "watch", process: identity, ...ending };
      watched.set(identity.pid, message);
      send(message);
    },
    forget(pid) {
      if (watched.delete(pid)) send({ kind: "forget", pid });
    },
    release() {
      released = true;
      send({ kind: "done" });
      child.stdin?.end();
    },
  };
}
