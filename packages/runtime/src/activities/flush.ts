import { eventMatchesFilters, type InboundEvent, type ValueReference } from "@mainspring/core";
import {
  countFuel,
  isWithinQuota,
  quotaQuestion,
  takeEarlyEvents,
  writeCarried,
  writeProvisional,
} from "@mainspring/store";
import { Context } from "@temporalio/activity";
import { Crossing } from "../wire/crossing.ts";
import type { FlushArgs, FlushResult, OpenWaitsArgs, OpenWaitsResult } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { mailReminders } from "../tasks/remind.ts";
import { referenceOf } from "./large-values.ts";

/** Writes the entries that no call carries, and says whether the next call is to be made. Written by a zombie, they change nothing. */
export async function flush(dependencies: ActivityDependencies, args: FlushArgs): Promise<Crossing> {
  const within = await writeEntries(dependencies, args);
  return new Crossing(args.tenantId, (within ? {} : { overQuota: true }) satisfies FlushResult);
}

/** @returns whether the tenant's steps of this month are within its quota */
async function writeEntries(dependencies: ActivityDependencies, args: FlushArgs): Promise<boolean> {
  const { tenantId, runId, nextSeq, entries, invocations = [] } = args;
  const { workflowExecution, isLocal } = Context.current().info;
  const temporalRunId = workflowExecution?.runId ?? "";
  const written = await dependencies.store.tenant(tenantId, async (db) => {
    const fence = await dependencies.epochs.fence(db, args, temporalRunId);
    if (fence === "stale") return undefined;
    const [within] = await Promise.all([
      isWithinQuota(db, quotaQuestion(args, args)),
      // As an activity of its own it comes at any time after it was commanded, behind newer writes too, and was committed before it began.
      isLocal
        ? writeProvisional(db, { runId, fence, nextSeq, entries, invocations })
        : writeCarried(db, { runId, fence, nextSeq, entries, invocations }),
    ]);
    if (args.fuel !== undefined) await countFuel(db, runId, args.fuel);
    return { within };
  });
  if (written !== undefined) await mailReminders(dependencies, { tenantId, runId }, entries);
  return written?.within ?? true;
}

/**
 * Makes waits visible, and only then, in a second transaction, looks for events that were there before: each side commits before it reads,
 * so an event and the opening of its wait cannot miss each other.
 */
export async function openWaits(dependencies: ActivityDependencies, args: OpenWaitsArgs): Promise<Crossing> {
  const { tenantId, runId, waits } = args;
  await writeEntries(dependencies, args);
  const taken = await dependencies.store.tenant(tenantId, async (db) => {
    const early = await takeEarlyEvents(db, {
      runId,
      waits: waits.map(({ id, ...wait }) => ({ commandId: id, ...wait })),
      holds: (filters, event) => eventMatchesFilters(event, filters),
    });
    const results: OpenWaitsResult[number][] = [];
    for (const { id } of waits) {
      const candidates = early.find(({ commandId }) => commandId === id)?.candidates ?? [];
      results.push({ id, candidates, ...(await referencesOf(candidates, (event) => referenceOf(db, event.payload))) });
    }
    return results;
  });
  return new Crossing(tenantId, taken satisfies OpenWaitsResult);
}

async function referencesOf(
  candidates: readonly InboundEvent[],
  refer: (event: InboundEvent) => Promise<ValueReference | undefined>,
): Promise<{ references?: { [eventId: string]: ValueReference } }> {
  const references: { [eventId: string]: ValueReference } = {};
  for (const event of candidates) {
    const reference = await refer(event);
    if (reference !== undefined) references[event.id] = reference;
  }
  return Object.keys(references).length === 0 ? {} : { references };
}
