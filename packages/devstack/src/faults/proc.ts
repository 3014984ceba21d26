// What runs on this machine, as /proc tells it.
import { readdirSync, readFileSync } from "node:fs";

/** Processes that name `text` in their command line or environment, other than ourselves: `pid: command line`. */
export function processesNaming(text: string): string[] {
  return pids()
    .filter((pid) => pid !== process.pid && `${read(pid, "cmdline")}\0${read(pid, "environ")}`.includes(text))
    .map((pid) => `${pid}: ${read(pid, "cmdline").replaceAll("\0", " ").trim()}`)
    .filter((line) => !line.endsWith(": ")); // ended, and only waits for its parent
}

/** A process and all that descend from it. */
export function withDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const child of pids()) {
    const stat = read(child, "stat");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found = [pid];
  for (const next of found) found.push(...(children.get(next) ?? []));
  return found;
}

function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Empty when the process has ended, or is another user's. */
function read(pid: number, file: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
