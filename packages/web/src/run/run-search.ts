import { readWindow, windowText } from "./timeline-window.ts";

export const runTabs = [
  "steps",
  "graph",
  "timeline",
  "waits",
  "tasks",
  "data",
  "lineage",
  "journal",
  "snapshots",
] as const;
export type RunTab = (typeof runTabs)[number];

/** What the address of a run page holds beside the run's id. */
export interface RunPageSearch {
  readonly tab?: RunTab;
  /** `execution` of the step whose details are open. */
  readonly step?: number;
  /** `seq` of the past moment that is shown. */
  readonly at?: number;
  /** The part of the timeline that is shown: `from-to` in milliseconds after the start; absent: all of it. */
  readonly zoom?: string;
}

export function readRunSearch(search: Record<string, unknown>): RunPageSearch {
  const tab = runTabs.find((each) => each === search["tab"]);
  const step = positiveInteger(search["step"]);
  const at = positiveInteger(search["at"]);
  const zoom = windowText(readWindow(search["zoom"]));
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(step === undefined ? {} : { step }),
    ...(at === undefined ? {} : { at }),
    ...(zoom === undefined ? {} : { zoom }),
  };
}

function positiveInteger(value: unknown): number | undefined {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
