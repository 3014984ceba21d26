import type { ActionEffect, JsonObject } from "@mainspring/core";
import type { ActionExecution } from "./action.ts";
import { subsetSchema } from "./json-schema.ts";
import type { Registry } from "./registry.ts";

/** What authors, publish checks and the designer know of an action: plain JSON. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly effect: ActionEffect;
  readonly execution: ActionExecution;
  readonly timeoutMs: number;
  readonly batch: boolean;
  /** False: secrets may not stand in its input. */
  readonly secrets?: false;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
}

/** The registry's actions as data, in the order of their ids. */
export function catalogue(registry: Registry): CatalogueEntry[] {
  return registry.list().map((action) => ({
    id: action.id,
    title: action.title,
    description: action.description,
    effect: action.effect,
    execution: action.execution,
    timeoutMs: action.timeoutMs,
    batch: action.batch,
    ...(action.takesSecrets === undefined ? {} : { secrets: action.takesSecrets }),
    inputSchema: subsetSchema(action.input, "input"),
    outputSchema: subsetSchema(action.output, "output"),
  }));
}
