import type { WorkflowReply } from "@mainspring/api";

export const workflowTabs = ["versions", "graph", "compare", "what-if", "starts", "settings"] as const;
export type WorkflowTab = (typeof workflowTabs)[number];

/** A version, or what is not published yet. */
export type VersionSide = number | "draft";

/** What the address of a workflow's page holds. */
export interface WorkflowSearch {
  /** Left out: the first. */
  readonly tab?: WorkflowTab;
  /** What is compared; left out: the published version with the draft. */
  readonly from?: VersionSide;
  readonly to?: VersionSide;
  /** Whose definition is open. */
  readonly version?: VersionSide;
}

/** Of a tab that shows what the address says. */
export interface WorkflowTabProps {
  readonly workflow: WorkflowReply;
  readonly search: WorkflowSearch;
  readonly onSearch: (next: WorkflowSearch) => void;
}

const versionMax = 2_147_483_647;

/** Reads an address; what it does not know it leaves out. */
export function readWorkflowSearch(search: Record<string, unknown>): WorkflowSearch {
  const tab = workflowTabs.find((each) => each !== "versions" && each === search["tab"]);
  const [from, to, version] = [sideOf(search["from"]), sideOf(search["to"]), sideOf(search["version"])];
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(version === undefined ? {} : { version }),
  };
}

export function sideOf(value: unknown): VersionSide | undefined {
  if (value === "draft") return "draft";
  const version = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isInteger(version) && version >= 1 && version <= versionMax ? version : undefined;
}

export function sideText(side: VersionSide): string {
  return side === "draft" ? "the draft" : `version ${side}`;
}
