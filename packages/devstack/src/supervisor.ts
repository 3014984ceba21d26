// Starts services in order, starts again the ones that die, and ends all in the reverse order.
import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { startGuardian } from "./guardian/guardian.ts";
import { endProcess, identify, type ProcessIdentity } from "./processes.ts";
import { logTail, spawnService, type Service, type ServiceName } from "./service.ts";

const restartDelaysMs = [50, 250, 1_000, 2_000, 5_000];
/** A process that lived this long before it died is started again without delay. */
const steadyMs = 20_000;
const startTries = 4;
const readyPollMs = 50;

export type Supervisor = {
  /** Resolves once the service is ready; from then on it is kept alive. Throws the service's own failure. */
  start(service: Service): Promise<void>;
  pids(): Partial<Record<ServiceName, number>>;
  /** Calls `listener` whenever a service has another process than before. */
  onRestarted(listener: RestartListener): void;
  /** Ends every service, the last started first. */
  stop(): Promise<void>;
};

/** `why` completes the sentence "it was ...": `ended by SIGKILL`. */
export type RestartListener = (name: ServiceName, pid: number, why: string) => void;

type Running = { service: Service; identity: ProcessIdentity };

export function createSupervisor(): Supervisor {
  const guardian = startGuardian();
  const running = new Map<ServiceName, Running>();
  const listeners: RestartListener[] = [];
  let stopping = false;

  /** Starts the process and tells the guardian of it; undefined when it could not be started or ended at once. */
  function launch(service: Service): { child: ChildProcess; identity: ProcessIdentity | undefined } {
    const child = spawnService(service);
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity !== undefined) {
      guardian.watch(identity, service.ending);
      running.set(service.name, { service, identity });
      child.once("exit", () => guardian.forget(identity.pid));
    }
    return { child, identity };
  }

  /** Keeps the service alive: whenever its process exits without our asking, the next one is started. */
  function keepAlive(service: Service, first: ChildProcess): void {
    let quickDeaths = 0;
    const follow = (child: ChildProcess, startedAtMs: number): void => {
      const replace = async (why: string): Promise<void> => {
        if (stopping) return;
        quickDeaths = performance.now() - startedAtMs > steadyMs ? 0 : quickDeaths + 1;
        const delayMs = restartDelaysMs[Math.min(quickDeaths, restartDelaysMs.length - 1)] ?? 0;
        await pause(quickDeaths === 0 ? 0 : delayMs);
        if (stopping) return;
        const next = launch(service);
        if (next.identity !== undefined) {
          for (const listener of listeners) listener(service.name, next.identity.pid, why);
        }
        follow(next.child, performance.now());
      };
      const ended = exitOf(child);
      if (ended !== undefined) void replace(ended);
      else onceEnded(child, (why) => void replace(why));
    };
    follow(first, performance.now());
  }

  return {
    async start(service) {
      for (let attempt = 1; ; attempt += 1) {
        if (stopping) throw service.failure("the stack is stopping");
        const { child, identity } = launch(service);
        const failure = await readyOrFailure(service, child);
        if (failure === undefined) return keepAlive(service, child);
        if (identity !== undefined) await endProcess(identity, { signal: service.ending.signal, graceMs: 2_000 });
        running.delete(service.name);
        const passing = service.passingTrouble?.test(logTail(service)) ?? false;
        if (!passing || attempt >= startTries) throw service.failure(failure);
        await pause(restartDelaysMs[attempt] ?? 1_000);
      }
    },
    pids() {
      return Object.fromEntries([...running].map(([name, { identity }]) => [name, identity.pid]));
    },
    onRestarted(listener) {
      listeners.push(listener);
    },
    async stop() {
      stopping = true;
      for (const { service, identity } of [...running.values()].reverse()) await endProcess(identity, service.ending);
      running.clear();
      guardian.release();
    },
  };
}

/** Undefined once the service is ready, else what went wrong. */
async function readyOrFailure(service: Service, child: ChildProcess): Promise<string | undefined> {
  let ended: string | undefined;
  onceEnded(child, (why) => {
    ended = why;
  });
  const endAt = performance.now() + service.readyDeadlineMs;
  while (performance.now() < endAt) {
    if (ended !== undefined) return ended;
    if (await service.isReady()) return ended;
    await pause(readyPollMs);
  }
  return `no answer within ${Math.round(service.readyDeadlineMs / 1000)} s`;
}

function onceEnded(child: ChildProcess, tell: (why: string) => void): void {
  child.once("error", (error) => tell(error.message));
  child.once("exit", () => tell(exitOf(child) ?? "it ended"));
}

function exitOf(child: ChildProcess): string | undefined {
  if (child.signalCode !== null) return `ended by ${child.signalCode}`;
  if (child.exitCode !== null) return `ended by its own exit with code ${child.exitCode}`;
  return undefined;
}
