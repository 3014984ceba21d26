// A process of its own that ends what a supervisor started when the supervisor dies without doing so itself
// (SIGKILL, a crash). It hears of processes through its standard input, and of the supervisor's death by its end.
import { createInterface } from "node:readline";
import { endProcess } from "../processes.ts";
import type { GuardianMessage } from "./guardian.ts";

type Watched = Extract<GuardianMessage, { kind: "watch" }>;

async function guard(): Promise<void> {
  // A terminal's Ctrl-C and hang-up are for the supervisor; we outlive it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const watched = new Map<number, Watched>();
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as GuardianMessage; // only our supervisor holds the other end
    if (message.kind === "watch") watched.set(message.process.pid, message);
    else if (message.kind === "forget") watched.delete(message.pid);
    else return;
  }
  // The last started depends on those before it, so it ends first.
  for (const { process: identity, signal, graceMs } of [...watched.values()].reverse()) {
    await endProcess(identity, { signal, graceMs });
  }
}

await guard();
process.exit(0);
