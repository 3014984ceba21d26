import { actionCauses } from "./actions.ts";
import { causeNames, type Cause, type FoundCause, type RunWhy } from "./cause.ts";
import { behindCauses, endCauses, endedCause, unknownCause } from "./ends.ts";
import { eventCauses } from "./events.ts";
import type { RunFacts } from "./facts.ts";
import { joinCauses } from "./joins.ts";
import { startingCauses } from "./starting.ts";
import { waitCauses } from "./waits.ts";
import { workerCauses } from "./workers.ts";

/**
 * Why a run stands where it stands: the first true cause in the order of `causeNames`, and all others that are true.
 *
 * What several lines of control wait for is told by one cause (the join, the full window, the undoing), which has what each line waits for in
 * its evidence; the lines' own causes do not lead then, unless something is wrong with one of them.
 * @see docs/decisions/0050-one-cause-leads.md
 */
export function explainRun(facts: RunFacts): RunWhy {
  const single = [
    ...startingCauses(facts),
    ...workerCauses(facts),
    ...(facts.run.completedAt === undefined ? [...eventCauses(facts), ...waitCauses(facts)] : []),
    ...openActions(facts),
    ...endCauses(facts),
  ];
  const covering = facts.run.completedAt === undefined ? [...joinCauses(facts, single), ...behindCauses(facts)] : [];
  const all = [...single, ...covering.map(({ cause }) => cause)];
  const isCovered = (cause: FoundCause): boolean => covering.some((join) => join.cause !== cause && join.covers(cause));
  const ordered = [...inOrder(all.filter((cause) => !isCovered(cause))), ...inOrder(all.filter(isCovered))];
  const [first = endedCause(facts)[0] ?? unknownCause(facts), ...also] = ordered.map(shown);
  const { unreachable } = facts;
  const evidence =
    unreachable === undefined || first.cause === "unknown"
      ? first.evidence
      : [...first.evidence, { kind: "unreachable", text: `Temporal could not be asked: ${unreachable}` }];
  return { ...first, evidence, also, asOf: facts.now };
}

function openActions(facts: RunFacts): FoundCause[] {
  const causes = actionCauses(facts);
  return facts.run.completedAt === undefined
    ? causes
    : causes.filter(({ cause }) => cause === "action-unknown-outcome");
}

function inOrder(causes: readonly FoundCause[]): FoundCause[] {
  const place = ({ cause }: FoundCause): number => causeNames.indexOf(cause);
  return [...causes].sort((a, b) => place(a) - place(b));
}

function shown({ cause, sentence, since, evidence, remedy, next }: FoundCause): Cause {
  return { cause, sentence, since, evidence, remedy, ...(next === undefined ? {} : { next }) };
}
