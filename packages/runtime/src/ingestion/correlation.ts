import { isJsonObject, type Json } from "@mainspring/core";

/** `{event name or "*": [path]}` */
export type CorrelationPaths = { readonly [event: string]: readonly string[] };

const payloadMembers = ["workflowCorrelationKey", "correlationKey"];

export interface Correlated {
  readonly name: string;
  readonly payload: Json;
  /** Explicit in the event. */
  readonly correlationKey?: string;
}

export const correlationPathsVariable = "WORKFLOW_RUNTIME_V2_EVENT_CORRELATION_PATHS_JSON";

/**
 * The one resolver of API, webhooks and stream: explicit key, else paths: the environment's for the event, the registry's for the event, the
 * environment's for `*`, the registry's for `*`. Never the event's id.
 * @param registry paths of the tenant's event types
 */
export function resolveCorrelationKey(
  event: Correlated,
  paths: CorrelationPaths,
  registry: CorrelationPaths = {},
): { readonly key: string; readonly how: string } | undefined {
  const explicit = scalar(event.correlationKey);
  if (explicit !== undefined) return { key: explicit, how: "explicit" };
  for (const name of payloadMembers) {
    const key = scalar(isJsonObject(event.payload) ? event.payload[name] : undefined);
    if (key !== undefined) return { key, how: `payload.${name}` };
  }
  for (const { how, path } of pathsTried(event.name, paths, registry)) {
    const key = scalar(valueAt(event.payload, path));
    if (key !== undefined) return { key, how };
  }
  return undefined;
}

/** Every place where the key of an event is looked for, in their order, in words. */
export function placesTried(name: string, paths: CorrelationPaths, registry: CorrelationPaths): string[] {
  const explicit = ["the event's own key", ...payloadMembers.map((member) => `payload.${member}`)];
  return [...explicit, ...pathsTried(name, paths, registry).map(({ how }) => how)];
}

function pathsTried(
  name: string,
  paths: CorrelationPaths,
  registry: CorrelationPaths = {},
): { readonly how: string; readonly path: string }[] {
  const places: readonly (readonly [kind: string, of: string, paths: CorrelationPaths])[] = [
    ["path", name, paths],
    ["type", name, registry],
    ["path", "*", paths],
    ["type", "*", registry],
  ];
  return places.flatMap(([kind, of, from]) =>
    (own(from, of) ?? []).map((path) => ({ how: `${kind} ${of}: ${path}`, path })),
  );
}

/** @throws Error that names the variable when it does not have the form `{event: [path]}` */
export function correlationPathsFromEnvironment(env: NodeJS.ProcessEnv): CorrelationPaths {
  const text = env[correlationPathsVariable];
  if (text === undefined || text.trim() === "") return {};
  const wrong = (): Error =>
    new Error(`${correlationPathsVariable} must be JSON of the form {"<event or *>": ["<path>", ...]}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw wrong();
  for (const list of Object.values(parsed)) {
    if (!Array.isArray(list) || !list.every((path) => typeof path === "string" && path !== "")) throw wrong();
  }
  return parsed as CorrelationPaths;
}

/** A non-empty string, a number or a boolean, as a string; a number as the shortest decimal that reads back. */
function scalar(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

/** `a.b.c`, with or without a leading `payload.`; own keys only. */
function valueAt(payload: Json, path: string): unknown {
  const keys = path.split(".");
  if (keys[0] === "payload" && !(isJsonObject(payload) && Object.hasOwn(payload, "payload"))) keys.shift();
  let value: unknown = payload;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function own(paths: CorrelationPaths, name: string): readonly string[] | undefined {
  return Object.hasOwn(paths, name) ? paths[name] : undefined;
}
