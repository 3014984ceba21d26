import type { Outcome, RunError } from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { checkEffects, checkTrace } from "./check-lists.ts";
import type { Difference } from "./differences.ts";
import { differences, short } from "./differences.ts";
import type { Effect, Expectation, ScenarioFailure, TraceStep } from "./scenario.ts";

/** What a scenario came to, for comparison. */
export interface Reached {
  readonly outcome: Outcome | undefined;
  /** What a run that has not ended waits for. */
  readonly waitsFor: string;
  /** Events that came in vain. */
  readonly notTaken: string;
  readonly trace: readonly TraceStep[];
  readonly effects: readonly Effect[];
  readonly vars: { readonly [name: string]: Json };
  readonly state: Json;
  readonly tookMs: number;
  readonly programs: { readonly main: Program; readonly called: readonly Program[] };
}

export function checkExpectation(expect: Expectation, reached: Reached): ScenarioFailure[] {
  const { outcome, trace, effects, vars, state, programs } = reached;
  const failures = checkEnd(expect, reached);
  if (expect.output !== undefined && outcome?.status === "succeeded")
    failures.push(...different("/expect/output", "The output", differences(expect.output, outcome.output)));
  if (expect.error !== undefined && outcome !== undefined && outcome.status !== "succeeded")
    failures.push(
      ...different("/expect/error", "The error", differences(expect.error, errorJson(outcome.error), "partly")),
    );
  if (expect.state !== undefined)
    failures.push(...different("/expect/state", "The state", differences(expect.state, state)));
  for (const name of Object.keys(expect.vars ?? {})) {
    const seen = Object.hasOwn(vars, name) ? vars[name] : undefined;
    const path = "/expect/vars" + pointerToken(name);
    failures.push(...different(path, `vars.${name}`, differences((expect.vars as JsonObject)[name] as Json, seen)));
  }
  if (expect.trace !== undefined) failures.push(...checkTrace(expect.trace, trace, programs.main));
  if (expect.effects !== undefined) failures.push(...checkEffects(expect.effects, effects, programs));
  if (expect.tookMs !== undefined && expect.tookMs !== reached.tookMs) {
    const message = `The run took ${reached.tookMs} ms, and not ${expect.tookMs} ms.`;
    failures.push({ path: "/expect/took", message, expected: expect.tookMs, seen: reached.tookMs });
  }
  expect.notCalled?.forEach((name, i) => {
    const calls = effects.filter(({ stepId, action }) => stepId === name || action === name);
    if (calls.length === 0) return;
    const message = `${name} was called${calls.length === 1 ? "" : ` ${calls.length} times`}, and should not have been.`;
    failures.push({ path: `/expect/notCalled/${i}`, message, seen: (calls[0] as Effect).input });
  });
  return failures;
}

/** How the run ended: well, unless the scenario says otherwise. */
function checkEnd(expect: Expectation, { outcome, waitsFor, notTaken }: Reached): ScenarioFailure[] {
  const status = outcome?.status ?? "waiting";
  const failed = status === "failed" || status === "canceled";
  const fits =
    expect.status === undefined
      ? expect.error === undefined
        ? status === "succeeded"
        : failed
      : status === expect.status;
  if (fits) return [];
  const expected = expect.status ?? (expect.error === undefined ? "succeeded" : "failed");
  const path =
    expect.status !== undefined ? "/expect/status" : expect.error === undefined ? "/expect" : "/expect/error";
  const inVain = notTaken === "" || status === "succeeded" ? "" : ` Not taken: ${notTaken}.`;
  return [{ path, message: endText(outcome, waitsFor) + inVain, expected, seen: status }];
}

function endText(outcome: Outcome | undefined, waitsFor: string): string {
  switch (outcome?.status) {
    case undefined:
      return `The run has not ended: it waits for ${waitsFor}.`;
    case "succeeded":
      return `The run succeeded, with the output ${short(outcome.output)}.`;
    case "failed":
      return `The run failed ${errorText(outcome.error)}`;
    case "canceled":
      return `The run was cancelled.`;
  }
}

function errorText({ category, code, stepId, message }: RunError): string {
  const where = stepId === undefined || stepId === "" ? "" : ` at ${stepId}`;
  return `with ${category} ${code}${where}: ${message}`;
}

function errorJson(error: RunError): Json {
  return error as unknown as Json;
}

function different(path: string, what: string, found: readonly Difference[]): ScenarioFailure[] {
  return found.map(({ pointer, expected, seen }) => ({
    path: path + pointer,
    message: `${what}${pointer === "" ? "" : ` at ${pointer}`} is ${short(seen)}, and not ${short(expected)}.`,
    ...(expected === undefined ? {} : { expected }),
    ...(seen === undefined ? {} : { seen }),
  }));
}
