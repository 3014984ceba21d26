import type { TimelineItem } from "@mainspring/api";
import { allInvocationsOf, stepsOf, waitsOf } from "@mainspring/store";
import type { InvocationRow, Page, PageRequest, StepRow, TenantDb, WaitRow } from "@mainspring/store";

/** A run's steps as spans, with the calls that they made from the ledger, each followed by the waits that it opened. Pages go by steps. */
export async function timelineOf(db: TenantDb, runId: string, request: PageRequest): Promise<Page<TimelineItem>> {
  const { items: steps, nextCursor } = await stepsOf(db, runId, request);
  const first = steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return { items: [], nextCursor };
  const calls = new Map(
    (await invocationsBetween(db, runId, first.execution, last.execution)).map((one) => [one.execution, one]),
  );
  const waits = Map.groupBy(await waitsBetween(db, runId, first.execution, last.execution), (wait) => wait.execution);
  return {
    items: steps.flatMap((step) => [
      stepSpan(step, calls.get(step.execution)),
      ...(waits.get(step.execution) ?? []).map(waitSpan),
    ]),
    nextCursor,
  };
}

/** Waits come in the order of their step executions. */
async function waitsBetween(db: TenantDb, runId: string, from: number, to: number): Promise<WaitRow[]> {
  const found: WaitRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await waitsOf(db, runId, { cursor, limit: 200 });
    found.push(...page.items.filter((wait) => wait.execution >= from && wait.execution <= to));
    cursor = (page.items.at(-1)?.execution ?? 0) > to ? undefined : (page.nextCursor ?? undefined);
  } while (cursor !== undefined);
  return found;
}

/** Of a step whose call was answered from another run's invocation there is none. */
async function invocationsBetween(db: TenantDb, runId: string, from: number, to: number): Promise<InvocationRow[]> {
  return (await allInvocationsOf(db, runId)).filter(({ execution }) => execution >= from && execution <= to);
}

function stepSpan(step: StepRow, call: InvocationRow | undefined): TimelineItem {
  return {
    kind: "step",
    stepId: step.stepId,
    stepPath: step.stepPath,
    iteration: [...step.iteration],
    status: step.status,
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    attempt: step.attempt,
    ...(call === undefined ? {} : { action: call.action, invocationId: call.id, attempts: call.attempts }),
    ...(step.type === null ? {} : { label: step.type }),
  };
}

function waitSpan(wait: WaitRow): TimelineItem {
  return {
    kind: "wait",
    stepId: wait.stepId,
    stepPath: wait.stepPath,
    iteration: [...wait.iteration],
    status: wait.status,
    startedAt: wait.openedAt,
    finishedAt: wait.resolvedAt,
    waitType: wait.waitType,
    ...(wait.eventName === null ? {} : { label: `${wait.eventName} ${wait.key ?? ""}`.trim() }),
  };
}
