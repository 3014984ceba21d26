// The processes of the stack that ran in this folder before, by pid and time of start, in `.mainspring/processes.json`.
import { join } from "node:path";
import { readDevJson, readJson, writeAtomically } from "./dev-json.ts";
import { endProcess, identify, isAlive, type ProcessIdentity } from "./processes.ts";
import { setupError } from "./setup-error.ts";

type Recorded = { supervisor: ProcessIdentity; services: ProcessIdentity[] };

/** Called whenever a service gets another process. */
export function recordProcesses(folder: string, pids: number[]): void {
  const supervisor = identify(process.pid);
  if (supervisor === undefined) return;
  const services = pids.map(identify).filter((identity) => identity !== undefined);
  writeAtomically(recordFile(folder), JSON.stringify({ supervisor, services } satisfies Recorded));
}

/**
 * Throws ALREADY_RUNNING when the supervisor that wrote the record lives. Ends what is left of a stack that was killed
 * together with its guardian; a process that only has the same pid is not touched.
 */
export async function endLeftOvers(folder: string): Promise<void> {
  const recorded = readJson(recordFile(folder)) as Recorded | undefined;
  if (recorded === undefined) return;
  if (recorded.supervisor.pid !== process.pid && isAlive(recorded.supervisor)) {
    throw setupError("ALREADY_RUNNING", {
      url: readDevJson(folder)?.url ?? "an address not yet known",
      pid: recorded.supervisor.pid,
    });
  }
  for (const service of recorded.services.reverse()) {
    await endProcess(service, { signal: "SIGTERM", graceMs: 10_000 });
  }
}

function recordFile(folder: string): string {
  return join(folder, "processes.json");
}
