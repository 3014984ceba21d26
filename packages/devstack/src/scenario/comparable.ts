// What came of a run, in the form in which runs of different worlds can be compared.
import type { Expectation, Json, JsonObject, Outcome, ScenarioResult } from "@mainspring/core";

/** Replaces in all texts of a value: instants, which are those of another clock, and ids that each world gives anew. */
export function worldless<Of>(value: Of, ids: ReadonlyMap<string, string> = new Map()): Of {
  let text = JSON.stringify(value).replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "(an instant)");
  for (const [id, name] of ids) text = text.replaceAll(id, name);
  return JSON.parse(text) as Of;
}

const places: readonly string[] = ["stepId", "nodePath", "at", "attempt"];

/** Without what an error has of the stand-in that it was made by: on the virtual clock there is none. */
export function withoutStandIns<Of>(value: Of, standInStepId: string): Of {
  if (Array.isArray(value)) return value.map((item) => withoutStandIns(item as Json, standInStepId)) as Of;
  if (typeof value !== "object" || value === null) return value;
  const members = value as { readonly [name: string]: unknown };
  const isTheirs = members["stepId"] === standInStepId && "nodePath" in members;
  return Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => !isTheirs || !places.includes(name))
      .map(([name, member]) => [name, withoutStandIns(member, standInStepId)]),
  ) as Of;
}

/** What came of it on the virtual clock, as what is expected on Temporal. */
export function expectationOf({ outcome, vars, state, trace, effects }: ScenarioResult, names: string[]): Expectation {
  const unexpected = names.filter((name) => !Object.hasOwn(vars, name)).map((name) => [name, { $exists: false }]);
  return {
    status: outcome?.status ?? "waiting",
    ...(outcome?.status === "succeeded" ? { output: literal(outcome.output) } : {}),
    ...(outcome === undefined || outcome.status === "succeeded" ? {} : { error: errorOf(outcome) }),
    vars: { ...literals(vars), ...(Object.fromEntries(unexpected) as { [name: string]: Json }) },
    state: literal(state),
    trace,
    effects: effects.map(({ action, stepId, iteration, input, attempt, workflow }) => {
      const call = { action, stepId, iteration, attempt, input: literal(input) };
      return workflow === undefined ? call : { ...call, workflow };
    }),
  };
}

/** Who cancelled is another in each world. */
function errorOf({ status, error }: Exclude<Outcome, { status: "succeeded" }>): JsonObject {
  const { details: _, ...others } = error;
  return literals(status === "canceled" ? others : error);
}

function literal(value: Json): Json {
  return { $literal: value };
}

function literals(values: object): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, literal(value as Json)]));
}
