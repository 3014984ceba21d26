// Processes of this machine by pid: who they are, whether they live, how they are ended.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { waitUntil } from "./wait-until.ts";

/** A process that can be told from a later one with the same pid. `startedAt` is the system's own notation. */
export type ProcessIdentity = { pid: number; startedAt: string };

/** Who has this pid now; undefined when nobody, or when it has ended and only waits to be collected by its parent. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * Sends `signal`, waits up to `graceMs` for the process to end, then sends SIGKILL.
 * Does nothing to another process that has the same pid by now.
 */
export async function endProcess(
  identity: ProcessIdentity,
  how: { signal: NodeJS.Signals; graceMs: number },
): Promise<void> {
  if (!send(identity, how.signal)) return;
  send(identity, "SIGCONT"); // one that was held by SIGSTOP hears of the signal only now
  if (await waitUntil(() => !isAlive(identity), { deadlineMs: how.graceMs, everyMs: 20 })) return;
  send(identity, "SIGKILL");
  await waitUntil(() => !isAlive(identity), { deadlineMs: 5_000, everyMs: 20 });
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false; // ended between the look and the signal
  }
}

/** Field 22 of /proc/<pid>/stat: clock ticks since boot. The name in field 2 may hold spaces and parentheses. */
function startOnLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8", stdio: "pipe" });
    const [state, ...start] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith("Z") ? undefined : start.join(" ");
  } catch {
    return undefined;
  }
}
