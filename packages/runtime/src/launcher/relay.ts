import { lockStart, runForStart, launchRefused, type Dispatcher } from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import { handOver } from "../tracing/start-trace.ts";
import { FairGate } from "./fair-gate.ts";
import { launchError, markStart, taskTimeout, type LauncherParts } from "./launch.ts";
import { startRun } from "./run-starter.ts";

/** A start is given up after so long of trying; a held start does not age. */
export const startDeadlineMs = 3_600_000;
const startsPerRound = 24;
/** Each holds a connection while Temporal is asked: the runs' own writes need the others. */
const atOnce = { perTenant: 3, total: 6, placeMs: () => tryWithinMs };
const tryWithinMs = 10_000;
const backoffMaxMs = 30_000;

/** Starts what a crash or an unreachable Temporal left in the outbox. Safe beside any number of others: rows are locked, and a repeated start is a success. */
export async function relayOnce(parts: LauncherParts, dispatcher: Dispatcher, log: Log): Promise<number> {
  const due = await dispatcher.dueStarts(startsPerRound);
  const gate = new FairGate(atOnce);
  const done = await Promise.all(
    due.map(({ tenantId, id }) => gate.run(tenantId, () => relayStart(parts, tenantId, id, log))),
  );
  return done.filter(Boolean).length;
}

async function relayStart(parts: LauncherParts, tenantId: string, outboxId: string, log: Log): Promise<boolean> {
  return parts.store.tenant(tenantId, async (db) => {
    const locked = await lockStart(db, outboxId);
    if (locked === undefined) return false; // another relay has it, or its request was quicker
    const run = await runForStart(db, locked.runId);
    if (run === undefined) return false;
    const { runId, version, definitionHash, programHash } = run;
    const row = { runId, traceparent: locked.traceparent, sinceMs: locked.createdAt.getTime() };
    const started = await handOver(row, () =>
      startRun(
        parts.client,
        { runId, tenantId, version, definitionHash, programHash, semanticsVersion: run.semantics },
        { withinMs: tryWithinMs, workflow: run.workflowKey, ...taskTimeout(parts) },
      ),
    );
    if (started.result === "unreachable" && Date.now() - locked.createdAt.getTime() > startDeadlineMs) {
      await launchRefused(db, runId, {
        error: launchError("LAUNCH_DEADLINE", `Temporal could not be reached for an hour: ${started.message}`, {}),
      });
      return true;
    }
    const backoffMs = Math.min(backoffMaxMs, 1_000 * 2 ** Math.min(locked.attempts, 10));
    const status = await markStart(db, runId, started, { nextAt: new Date(Date.now() + backoffMs) });
    log.info({ tenantId, runId, result: started.result, status }, "relayed a start");
    return true;
  });
}
