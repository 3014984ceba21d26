import { shown } from "../definition/value.ts";
import { failureCategories } from "../scenario/notation.ts";
import { didYouMean, nearestName } from "../values/nearest.ts";
import type { CompileContext, StepPlace } from "./compile-context.ts";

const uncatchable: ReadonlySet<string> = new Set([
  "Cancellation",
  "InterpreterCorruption",
  "LOOP_BUDGET",
  "HISTORY_BUDGET",
]);

/** Warns of names in `catchOn` and `retryOn` that no error has which gets there. Any other name may be a pack's code. */
export function checkErrorNames(
  c: CompileContext,
  names: readonly string[] | undefined,
  place: StepPlace,
  field: string,
): void {
  for (const [i, name] of (names ?? []).entries()) {
    if ((failureCategories as readonly string[]).includes(name)) continue;
    if (uncatchable.has(name))
      c.warning("ERROR_NEVER_MATCHES", place, `${field}/${i}`, `${name} can be neither caught nor retried.`);
    else if (/[a-z]/.test(name) && nearestName(name, failureCategories) !== undefined)
      c.warning(
        "ERROR_NEVER_MATCHES",
        place,
        `${field}/${i}`,
        `There is no category "${shown(name)}".${didYouMean(name, failureCategories)}`,
      );
  }
}
