import type { ActionFacts, SemanticsVersion } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** What publishing knows of the world around a definition. What is left out is not checked, but for actions and workflows. */
export interface CompileCatalogue {
  readonly actions: readonly ActionEntry[];
  /** Published workflows of the tenant. */
  readonly workflows?: readonly WorkflowEntry[];
  readonly eventTypes?: readonly EventTypeEntry[];
  readonly forms?: readonly FormEntry[];
  /** Names of calendars. */
  readonly calendars?: readonly string[];
  /** Names of the tenant's secrets. */
  readonly secrets?: readonly string[];
  /** By event name or `*`: paths at which an event's correlation key is found. */
  readonly correlationPaths?: { readonly [event: string]: readonly string[] };
  /** What the deployed engine cannot perform. */
  readonly unsupported?: UnsupportedParts;
  /** What a definition without `semantics` gets: the newest, or a parent's. */
  readonly defaultSemantics?: SemanticsVersion;
}

/** Plain JSON: one action of the registry or of a pack. */
export interface ActionEntry extends ActionFacts {
  /** `<pack>.<name>@<major>` */
  readonly id: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** False for actions hosted elsewhere, which secrets never reach. */
  readonly secrets?: boolean;
}

export interface WorkflowEntry {
  readonly key: string;
  /** The version that is published now. */
  readonly version: number;
  /** Every version that can be called; left out: `version` alone. */
  readonly versions?: readonly number[];
  readonly payloadSchema?: JsonObject;
  /** Keys of the workflows that it calls. */
  readonly calls?: readonly string[];
}

export interface EventTypeEntry {
  readonly name: string;
  readonly payloadSchema?: JsonObject;
}

export interface FormEntry {
  readonly name: string;
  readonly schema?: Json;
}

/** Named by step type, and by field as `<step type>.<field>` or `triggers`. */
export interface UnsupportedParts {
  readonly stepTypes: readonly string[];
  readonly fields: readonly string[];
  /** Kinds of values, wherever they stand. */
  readonly values?: readonly ("secret" | "business")[];
}
