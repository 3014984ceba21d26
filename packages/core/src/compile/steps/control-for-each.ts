import type { ForEachDefinition } from "../../definition/steps/control-for-each.ts";
import type { ValueDefinition } from "../../definition/value.ts";
import type { ForEachStep, Value } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { noTarget } from "../target.ts";

/** Items of one `control.forEach` that may be under way at the same time, under semantics 2. */
export const forEachConcurrencyMax = 50;

export function compileControlForEach(
  c: CompileContext,
  step: ForEachDefinition,
  place: StepPlace,
): Omit<ForEachStep, "id" | "path"> {
  if (step.itemVar !== undefined && takenNames.has(step.itemVar)) {
    const message = `"${step.itemVar}" has a meaning of its own in expressions, so no item can be called that.`;
    c.error("FIELD_INVALID", place, "/itemVar", message, "Choose another name.");
  }
  return without({
    type: "control.forEach",
    items: c.value(step.items, place, "/items"),
    itemVar: step.itemVar,
    body: c.block(step.body, place, { path: ".body", pointer: "/body" }),
    concurrency: step.concurrency === undefined ? undefined : compileConcurrency(c, step.concurrency, place),
    onItemError: step.onItemError,
    collect: compileCollect(c, step, place),
    maxItems: step.maxItems === undefined ? undefined : c.count(step.maxItems, place, "/maxItems", 0),
  });
}

const takenNames: ReadonlySet<string> = new Set([
  "payload",
  "vars",
  "meta",
  "system",
  "now",
  "index",
  "length",
  "isFirst",
  "isLast",
]);

function compileConcurrency(c: CompileContext, given: ValueDefinition, place: StepPlace): Value {
  const concurrency = c.value(given, place, "/concurrency");
  const literal = concurrency.kind === "literal" ? concurrency.value : undefined;
  if (c.semantics === 1 && literal !== 1) {
    const message = "Under semantics 1 the concurrency of control.forEach is limited to 1.";
    c.error("FOREACH_CONCURRENCY_UNSUPPORTED", place, "/concurrency", message);
  } else if (
    literal !== undefined &&
    !(Number.isInteger(literal) && (literal as number) >= 1 && (literal as number) <= forEachConcurrencyMax)
  ) {
    const message = `concurrency is a whole number from 1 to ${forEachConcurrencyMax}, and not ${JSON.stringify(literal)}.`;
    c.error("CONCURRENCY_OUT_OF_RANGE", place, "/concurrency", message);
  }
  return concurrency;
}

function compileCollect(c: CompileContext, step: ForEachDefinition, place: StepPlace): ForEachStep["collect"] {
  if (step.collect === undefined) return undefined;
  const value = c.value(step.collect.value, place, "/collect/value");
  return { value, saveAs: c.target(step.collect.saveAs, place, "/collect/saveAs") ?? noTarget };
}
