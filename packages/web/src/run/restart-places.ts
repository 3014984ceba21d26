import { depthOf, stepTitle, type StepView } from "./fold-journal.ts";

/** A step from which a run can be restarted. */
export interface RestartPlace {
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  /** With what became of it. */
  readonly label: string;
}

export function placeKey({ stepPath, iteration }: Pick<RestartPlace, "stepPath" | "iteration">): string {
  return [stepPath, ...iteration].join(" ");
}

/** Each step that has begun, once, with what became of its last execution; in the order of their first start. */
export function restartPlaces(steps: readonly StepView[]): readonly RestartPlace[] {
  const places = new Map<string, RestartPlace>();
  for (const step of steps) {
    const { stepId, stepPath, iteration, status } = step;
    const indent = "\u2003".repeat(Math.min(6, depthOf(stepPath)));
    const label = `${indent}${stepTitle(step)} · ${status.toLowerCase()}`;
    places.set(placeKey(step), { stepId, stepPath, iteration, label });
  }
  return [...places.values()];
}

/** The step that is asked for, else the innermost one that failed last, else the one that began last. */
export function firstChoice(
  places: readonly RestartPlace[],
  steps: readonly StepView[],
  at: number | undefined,
): string | undefined {
  const asked = steps.find((step) => step.execution === at);
  const failed = steps
    .filter((step) => step.status === "FAILED")
    .reduce<StepView | undefined>(
      (best, step) => (best === undefined || depthOf(step.stepPath) >= depthOf(best.stepPath) ? step : best),
      undefined,
    );
  const first = asked ?? failed ?? steps.at(-1) ?? places.at(-1);
  return first === undefined ? undefined : placeKey(first);
}
