import type { Issue } from "@mainspring/core";
import { checkDefinition } from "@mainspring/core/compile";
import { callersOf } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import type { Services } from "../services.ts";
import { publishCatalogue } from "./publish-catalogue.ts";

/** A published version that goes on calling an older version of what was just published. */
export interface StayingCaller {
  readonly workflow: string;
  readonly version: number;
  readonly stepId: string;
  readonly boundVersion: number;
  /** Whether its mapping would fit what was published, if it were published again. */
  readonly fits: boolean;
  readonly issues: readonly Issue[];
}

/** Callers of a workflow whose calls were bound to another version than the one that is published now. */
export async function stayingCallers(
  services: Pick<Services, "catalogue" | "unsupported" | "correlationPaths">,
  db: TenantDb,
  published: { readonly key: string; readonly version: number },
): Promise<StayingCaller[]> {
  const callers = await callersOf(db, published.key);
  const staying = callers.filter(({ bound }) => bound !== "latest" && bound !== published.version);
  if (staying.length === 0) return [];
  const known = await publishCatalogue(services, db);
  return staying.map(({ workflow, version, stepId, bound, document }) => {
    const issues = checkDefinition(document, known).issues.filter(
      (issue) => issue.severity === "error" && issue.stepId === stepId && issue.pointer.includes("/input"),
    );
    return { workflow, version, stepId, boundVersion: bound as number, fits: issues.length === 0, issues };
  });
}
