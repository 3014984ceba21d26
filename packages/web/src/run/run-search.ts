export const runTabs = ["steps", "waits", "data", "journal"] as const;
export type RunTab = (typeof runTabs)[number];

/** What the address of a run page holds beside the run's id. */
export interface RunPageSearch {
  readonly tab?: RunTab;
  /** `execution` of the step whose details are open. */
  readonly step?: number;
}

export function readRunSearch(search: Record<string, unknown>): RunPageSearch {
  const tab = runTabs.find((each) => each === search["tab"]);
  const step =
    typeof search["step"] === "string" || typeof search["step"] === "number" ? Number(search["step"]) : Number.NaN;
  return {
    ...(tab === undefined || tab === "steps" ? {} : { tab }),
    ...(Number.isSafeInteger(step) && step > 0 ? { step } : {}),
  };
}
