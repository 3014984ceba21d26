export const runTabs = ["steps", "graph", "waits", "tasks", "data", "lineage", "journal", "snapshots"] as const;
export type RunTab = (typeof runTabs)[number];

/** What the address of a run page holds beside the run's id. */
export interface RunPageSearch {
  readonly tab?: RunTab;
  /** `execution` of the step whose details are open. */
  readonly step?: number;
  /** `seq` of the past moment that is shown. */
  readonly at?: number;
}

export function readRunSearch(search: Record<string, unknown>): RunPageSearch {
  const tab = runTabs.find((each) => each === search["tab"]);
  const step = positiveInteger(search["step"]);
  const at = positiveInteger(search["at"]);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(step === undefined ? {} : { step }),
    ...(at === undefined ? {} : { at }),
  };
}

function positiveInteger(value: unknown): number | undefined {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
