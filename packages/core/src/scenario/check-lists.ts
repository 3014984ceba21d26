import type { Program } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import { alignment, differences, short } from "./differences.ts";
import type { Edit } from "./differences.ts";
import type { Effect, ExpectedEffect, ExpectedStep, ScenarioFailure, TraceStep } from "./scenario.ts";
import { withoutInterleaving } from "./trace.ts";

/**
 * The trace, whatever the interleaving of branches and concurrent items.
 * @see docs/decisions/0012-what-a-scenario-compares.md
 */
export function checkTrace(
  expected: readonly ExpectedStep[],
  seen: readonly TraceStep[],
  program: Program,
): ScenarioFailure[] {
  const edits = alignment(withoutInterleaving(expected, program), withoutInterleaving(seen, program), sameStep);
  return listFailure("trace", "step executions", edits, stepText, stepText);
}

/** The effects likewise, of each workflow for itself. */
export function checkEffects(
  expected: readonly ExpectedEffect[],
  seen: readonly Effect[],
  programs: { readonly main: Program; readonly called: readonly Program[] },
): ScenarioFailure[] {
  const names = new Set([...expected, ...seen].map(({ workflow }) => workflow));
  const edits = [...names].flatMap((name) => {
    const program =
      name === undefined ? programs.main : (programs.called.find(({ workflow }) => workflow === name) ?? programs.main);
    const mine = <Item extends { workflow?: string }>(items: readonly Item[]): Item[] =>
      items.filter(({ workflow }) => workflow === name);
    return alignment(
      withoutInterleaving(mine(expected), program),
      withoutInterleaving(mine(seen), program),
      (a, b) => callDifferences(a, b).length === 0,
    );
  });
  const failures = listFailure("effects", "calls", edits, expectedCallText, callText);
  return failures.map((failure) => ({ ...failure, diff: [...(failure.diff ?? []), ...inputHints(edits)] }));
}

function sameStep(expected: ExpectedStep, seen: TraceStep): boolean {
  return (
    expected.stepId === seen.stepId &&
    (expected.iteration === undefined || expected.iteration.join() === seen.iteration.join()) &&
    (expected.status === undefined || expected.status === seen.status) &&
    (expected.attempt === undefined || expected.attempt === seen.attempt)
  );
}

/** A list that is other than expected is one failure, with a diff. */
function listFailure<Expected, Seen>(
  field: string,
  things: string,
  edits: readonly Edit<Expected, Seen>[],
  expectedText: (item: Expected) => string,
  seenText: (item: Seen) => string,
): ScenarioFailure[] {
  const missing = edits.filter(({ kind }) => kind === "missing").length;
  const unexpected = edits.filter(({ kind }) => kind === "unexpected").length;
  if (missing + unexpected === 0) return [];
  const expected: Json[] = [];
  const seen: Json[] = [];
  const lines = edits.map((edit) => {
    if (edit.kind !== "unexpected") expected.push(expectedText(edit.expected));
    if (edit.kind !== "missing") seen.push(seenText(edit.seen));
    switch (edit.kind) {
      case "both":
        return "  " + seenText(edit.seen);
      case "missing":
        return "- " + expectedText(edit.expected);
      case "unexpected":
        return "+ " + seenText(edit.seen);
    }
  });
  const message = `The ${things} are other than expected: ${missing} missing, ${unexpected} unexpected.`;
  return [{ path: `/expect/${field}`, message, expected, seen, diff: excerpt(lines) }];
}

const contextLines = 3;

/** The lines that differ, with a few around them. */
function excerpt(lines: readonly string[]): string[] {
  const near = (i: number): boolean =>
    lines.slice(Math.max(0, i - contextLines), i + contextLines + 1).some((line) => !line.startsWith("  "));
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    if (near(i)) kept.push(lines[i] as string);
    else if (i === 0 || near(i - 1)) kept.push("  ...");
  }
  return kept;
}

/** Calls that were made in the right place with another input: where it differs. */
function inputHints(edits: readonly Edit<ExpectedEffect, Effect>[]): string[] {
  const hints: string[] = [];
  const open = edits.filter((edit) => edit.kind === "unexpected").map(({ seen }) => seen);
  for (const edit of edits) {
    if (edit.kind !== "missing" || edit.expected.input === undefined) continue;
    const { input: _, ...place } = edit.expected;
    const at = open.findIndex((seen) => callDifferences(place, seen).length === 0);
    const seen = open[at];
    if (seen === undefined) continue;
    open.splice(at, 1);
    for (const one of differences(edit.expected.input, seen.input))
      hints.push(`  ${placeText(seen)}: input${one.pointer} expected ${short(one.expected)}, seen ${short(one.seen)}`);
  }
  return hints;
}

function callDifferences(expected: ExpectedEffect, seen: Effect): string[] {
  const found: string[] = [];
  if (expected.action !== undefined && expected.action !== seen.action) found.push("action");
  if (expected.stepId !== undefined && expected.stepId !== seen.stepId) found.push("stepId");
  if (expected.iteration !== undefined && expected.iteration.join() !== seen.iteration.join()) found.push("iteration");
  if (expected.attempt !== undefined && expected.attempt !== seen.attempt) found.push("attempt");
  if (expected.key !== undefined && expected.key !== seen.key) found.push("key");
  if (expected.input !== undefined && differences(expected.input, seen.input).length > 0) found.push("input");
  return found;
}

/** `notify[3] SUCCEEDED #2`, as scenario files may write it. */
export function stepText(step: ExpectedStep): string {
  const status = step.status === undefined ? "" : ` ${step.status}`;
  return `${placeText(step)}${status}${step.attempt === undefined ? "" : ` #${step.attempt}`}`;
}

function placeText({
  stepId = "any step",
  iteration = [],
}: {
  stepId?: string;
  iteration?: readonly number[];
}): string {
  return iteration.length === 0 ? stepId : `${stepId}[${iteration.join(".")}]`;
}

function expectedCallText(effect: ExpectedEffect): string {
  return [
    ...(effect.workflow === undefined ? [] : [`${effect.workflow}:`]),
    ...(effect.action === undefined ? [] : [effect.action]),
    ...(effect.stepId === undefined ? [] : [placeText(effect)]),
    ...(effect.attempt === undefined ? [] : [`#${effect.attempt}`]),
    ...(effect.key === undefined ? [] : [`key ${short(effect.key)}`]),
    ...(effect.input === undefined ? [] : [short(effect.input)]),
  ].join(" ");
}

function callText(effect: Effect): string {
  return expectedCallText(effect.attempt === 1 ? ({ ...effect, attempt: undefined } as ExpectedEffect) : effect);
}
