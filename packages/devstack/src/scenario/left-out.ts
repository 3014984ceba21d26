// Which scenarios are not run on Temporal, and why.
import type { JournalEntry, ScenarioResult } from "@mainspring/core";
import { checkDefinition } from "@mainspring/core/compile";
import type { ActionEntry } from "@mainspring/core/compile";
import { unsupported } from "@mainspring/runtime/client";
import type { RealCase } from "./real-scenarios.ts";

/** What takes its time on Temporal: a timer, or one try of a call and the delay after it. */
const waitMaxMs = 2_000;

/** Undefined: it is run. */
export function whyLeftOut({ program, source, scenario, virtual }: RealCase): string | undefined {
  if (scenario.virtualOnly !== undefined) return scenario.virtualOnly;
  const called = Object.values(scenario.workflows).flatMap((one) => (one.mock === undefined ? one.program : []));
  const types = stepTypes([program, ...called]);
  const step = unsupported.stepTypes.find((type) => types.has(type));
  if (step !== undefined) return `${step} is not performed with --real`;
  const [problem] = checkDefinition(source.text, { ...source.catalogue, unsupported }).issues.filter(
    ({ severity }) => severity === "error",
  );
  if (problem !== undefined) return `it cannot be published: ${problem.message}`;
  if (holdsSecret([program, ...called])) return "secrets have no values with --real";
  const instant = instantToCome([program, ...called], virtual);
  if (instant !== undefined) return `${instant} has passed on the virtual clock alone`;
  if (virtual.longestTimerMs > waitMaxMs) return `a timer of ${timeText(virtual.longestTimerMs)} runs to its end`;
  const call = longestTry(virtual);
  return call.ms > waitMaxMs ? `${call.stepId} waits ${timeText(call.ms)} for an answer or a next try` : undefined;
}

/** What `until` names and the scenario's clock had passed, but the clock of this machine has not. */
function instantToCome(programs: readonly unknown[], { journal }: ScenarioResult): string | undefined {
  const untils = untilSteps(programs);
  for (const entry of journal) {
    if (entry.kind !== "wait" || entry.status !== "RESOLVED" || !untils.has(entry.stepId)) continue;
    const dueAt = entry.data?.timeoutAt;
    if (dueAt !== undefined && dueAt <= entry.at && Date.parse(dueAt) > Date.now()) return dueAt;
  }
  return undefined;
}

function untilSteps(part: unknown, ids = new Set<string>()): Set<string> {
  if (typeof part !== "object" || part === null) return ids;
  const { id, type, when } = part as { readonly id?: unknown; readonly type?: unknown; readonly when?: unknown };
  const kind = (when as { readonly kind?: unknown } | null | undefined)?.kind;
  if (type === "time.wait" && kind === "until" && typeof id === "string") ids.add(id);
  for (const member of Object.values(part)) untilSteps(member, ids);
  return ids;
}

function holdsSecret(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  const { kind, name, value } = part as { readonly kind?: unknown; readonly name?: unknown; readonly value?: unknown };
  if (kind === "secret" && typeof name === "string") return true;
  // What a literal holds is data, whatever it looks like.
  return !(kind === "literal" && value !== undefined) && Object.values(part).some(holdsSecret);
}

/** One worker performs all scenarios, so an action has the same facts in all of their files. */
export function clashes(cases: readonly RealCase[]): (one: RealCase) => string | undefined {
  const first = new Map<string, string>();
  const factsOf = ({ effect, execution, batch, timeoutMs }: ActionEntry): string =>
    JSON.stringify([effect, execution, batch, timeoutMs]);
  for (const { source } of cases)
    for (const action of source.catalogue.actions) if (!first.has(action.id)) first.set(action.id, factsOf(action));
  return ({ source }) => {
    const other = source.catalogue.actions.find((action) => first.get(action.id) !== factsOf(action));
    return other && `another file declares ${other.id} with other facts; run this file by itself`;
  };
}

function stepTypes(part: unknown, types = new Set<string>()): Set<string> {
  if (typeof part !== "object" || part === null) return types;
  const { type, path } = part as { readonly type?: unknown; readonly path?: unknown };
  if (typeof type === "string" && typeof path === "string") types.add(type);
  for (const member of Object.values(part)) stepTypes(member, types);
  return types;
}

/** From one try of a call to the next, or to the end of the step. A call that was cancelled waits for nothing. */
function longestTry({ effects, journal, trace }: ScenarioResult): { stepId: string; ms: number } {
  let longest = { stepId: "", ms: 0 };
  const note = (stepId: string, ms: number): void => {
    if (ms > longest.ms) longest = { stepId, ms };
  };
  const startedMs = Date.parse(journal[0]?.at ?? "");
  const last = new Map<string, { stepId: string; atMs: number }>();
  for (const { stepId, iteration, attempt, atMs } of effects) {
    const place = [stepId, ...iteration].join();
    const before = last.get(place);
    if (before !== undefined && attempt > 1) note(stepId, atMs - before.atMs);
    last.set(place, { stepId, atMs });
  }
  const canceled = new Set(
    trace.filter(({ status }) => status === "CANCELED").map(({ stepId, iteration }) => [stepId, ...iteration].join()),
  );
  const opened = new Map<string, number>();
  const noteChild = ({ waitId, status, at, stepId }: Extract<JournalEntry, { kind: "wait" }>): void => {
    const openedMs = opened.get(waitId);
    if (openedMs === undefined) opened.set(waitId, Date.parse(at));
    else if (status === "RESOLVED") note(stepId, Date.parse(at) - openedMs);
  };
  for (const entry of journal) {
    if (entry.kind === "wait" && entry.waitType === "child") noteChild(entry);
    if (entry.kind !== "step" || entry.status === "RUNNING" || entry.status === "WAITING") continue;
    const place = [entry.stepId, ...entry.iteration].join();
    const call = canceled.has(place) ? undefined : last.get(place);
    if (call !== undefined) note(call.stepId, Date.parse(entry.at) - startedMs - call.atMs);
  }
  return longest;
}

const units = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
];

/** In the largest unit of which it is a whole number, else in seconds. */
function timeText(ms: number): string {
  const unit = units.find((one) => ms % one.ms === 0);
  return unit === undefined ? `${ms / 1_000} s` : `${ms / unit.ms} ${unit.name}`;
}
