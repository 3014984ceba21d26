import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Instant, JournalEntry, Program, Transition } from "@mainspring/core";
import {
  countFuel,
  isWithinQuota,
  quotaQuestion,
  takeSegmentToken,
  writeProvisional,
  type Fence,
} from "@mainspring/store";
import { Context } from "@temporalio/activity";
import { Crossing } from "../wire/crossing.ts";
import { segmentHash } from "../workflow/segment-hash.ts";
import type { SegmentArgs, SegmentHead, SegmentResult, UnwrittenCall, Writer } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { performLocally } from "./local-call.ts";
import { runSegment as run, type Segment } from "./segment.ts";

/** Tries of a segment's commit; after them its results go back all the same, and its entries and rows with the next write. */
const commitTries = 3;
const commitRetryMs = 100;

/** A segment in the middle of a run: takes the token, performs local calls, commits, and returns what it fed to the interpreter. */
export async function runSegment(dependencies: ActivityDependencies, args: SegmentArgs): Promise<Crossing> {
  const { tenantId, runId, state, programHash } = args;
  const temporalRunId = Context.current().info.workflowExecution?.runId ?? "";
  const token = randomUUID();
  const { program, fence, taken, within } = await dependencies.store.tenant(tenantId, async (db) => {
    const program = await dependencies.programs.load(db, programHash);
    if (program === undefined)
      throw new Error(`Program ${programHash} of tenant ${tenantId} is missing: restore it and the run goes on`);
    const fence = await dependencies.epochs.fence(db, args, temporalRunId);
    db.lastRound();
    const [taken, within] = await Promise.all([
      fence === "stale" ? "fenced" : takeSegmentToken(db, { runId, fence, token }),
      isWithinQuota(db, quotaQuestion(args, args)),
    ]);
    return { program, fence, taken, within };
  });
  if (taken === "exhausted") return new Crossing(tenantId, { ran: false } satisfies SegmentResult);
  const open = state.open
    .filter(({ held }) => held !== true)
    .map(({ command }) => command)
    .filter((command) => command.kind === "callAction");
  const segment = await performSegment(
    dependencies,
    args,
    program,
    { state, commands: open, journal: [] },
    { now: args.now, turn: args.turn },
    within ? "within" : "held",
  );
  const written = await commitSegment(dependencies, args, {
    fence,
    token,
    entries: [...args.entries, ...segment.entries],
    nextSeq: segment.state.nextSeq,
    rows: segment.rows,
    ...(args.fuel === undefined ? {} : { fuel: args.fuel + segment.fuel }),
  });
  return new Crossing(tenantId, {
    ran: true,
    head: headOf(segment, written),
    events: segment.events,
  } satisfies SegmentResult);
}

/** What the sandbox compares, and what is still to be written. */
export function headOf({ state, entries, rows }: PerformedSegment, written: boolean): SegmentHead {
  const head = { nextSeq: state.nextSeq, hash: segmentHash(entries, state), written };
  if (written) return head;
  const unwritten = rows.map((row) => {
    const { output: _, ...rest } = row;
    return rest;
  });
  return { ...head, unwritten };
}

/** A segment, with the ledger rows of its calls. */
interface PerformedSegment extends Segment {
  readonly rows: readonly UnwrittenCall[];
}

/** The calls of a segment, and the ledger rows that its commit will write. */
export async function performSegment(
  dependencies: ActivityDependencies,
  writer: Writer,
  program: Program,
  begun: Transition,
  clock: { readonly now: Instant; readonly turn: number },
  quota: "within" | "held",
): Promise<PerformedSegment> {
  const rows: UnwrittenCall[] = [];
  const segment = await run(program, begun, clock, quota, (call, signal) =>
    performLocally(dependencies, writer, call, signal, rows),
  );
  const answered = new Set(segment.events.map((event) => ("id" in event ? event.id : undefined)));
  return { ...segment, rows: rows.filter((row) => answered.has(row.commandId)) };
}

/**
 * @returns whether the entries are written: only while the token stands, so that a zombie's results never become rows. What a zombie answers
 * nobody hears; whoever is heard writes with the next write what is not written here
 */
export async function commitSegment(
  dependencies: ActivityDependencies,
  writer: Writer,
  commit: {
    readonly fence: Fence | "stale";
    readonly token: string | undefined;
    readonly entries: readonly JournalEntry[];
    readonly nextSeq: number;
    readonly rows: readonly UnwrittenCall[];
    /** That the run has used since its beginning. */
    readonly fuel?: number;
  },
): Promise<boolean> {
  const { fence, token, entries, nextSeq, rows, fuel } = commit;
  if (fence === "stale") return true;
  for (let tries = 1; ; tries++) {
    try {
      const result = await dependencies.store.tenant(writer.tenantId, async (db) => {
        const result = await writeProvisional(db, {
          runId: writer.runId,
          fence,
          nextSeq,
          entries,
          invocations: rows,
          ...(token === undefined ? {} : { segmentToken: token }),
        });
        if (fuel !== undefined) await countFuel(db, writer.runId, fuel);
        return result;
      });
      return result === "written";
    } catch (error) {
      dependencies.log.warn({ runId: writer.runId, tries, error: String(error) }, "The commit of a segment failed");
      if (tries >= commitTries) return false;
      await sleep(commitRetryMs * 4 ** (tries - 1));
    }
  }
}
