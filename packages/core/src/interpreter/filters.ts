import type { Json, JsonObject } from "../values/json.ts";
import { pointerKeys } from "../values/pointer.ts";
import type { InboundEvent, WaitFilter } from "./transition.ts";

const isArray = Array.isArray;
const hasOwn = Object.hasOwn;
const keysOf = Object.keys;

/** Whether every filter of a wait holds for the event. */
export function eventMatchesFilters(event: InboundEvent, filters: readonly WaitFilter[]): boolean {
  for (let i = 0; i < filters.length; i += 1) if (!filterHolds(filters[i] as WaitFilter, event)) return false;
  return true;
}

/**
 * Whether one filter holds. Its path leads into the event's payload (`total`, `lines[0].sku`, `/lines/0/sku`); one that
 * begins with `event.` or `payload.` says so itself. A comparison with what is not there, or of two kinds, is false;
 * `!=` and `not_in` are the opposites of `=` and `in`.
 */
export function filterHolds(filter: WaitFilter, event: InboundEvent): boolean {
  const found = filterValue(filter.path, event);
  const given = filter.valuePath === undefined ? filter.value : filterValue(filter.valuePath, event);
  switch (filter.op) {
    case "exists":
      return found !== undefined;
    case "not_exists":
      return found === undefined;
    case "=":
      return equal(found, given);
    case "!=":
      return !equal(found, given);
    case "in":
      return isIn(found, given);
    case "not_in":
      return !isIn(found, given);
    case ">":
      return order(found, given) === 1;
    case ">=": {
      const sign = order(found, given);
      return sign === 1 || sign === 0;
    }
    case "<":
      return order(found, given) === -1;
    case "<=": {
      const sign = order(found, given);
      return sign === -1 || sign === 0;
    }
    case "contains":
      if (typeof found === "string") return typeof given === "string" && found.includes(given);
      return isArray(found) && isIn(given, found);
    case "starts_with":
      return typeof found === "string" && typeof given === "string" && found.startsWith(given);
    case "ends_with":
      return typeof found === "string" && typeof given === "string" && found.endsWith(given);
    default:
      return false;
  }
}

/** What a filter of that path looks at; undefined: nothing is there. */
export function filterValue(path: string, event: InboundEvent): Json | undefined {
  const keys = pathKeys(path);
  if (keys === undefined) return undefined;
  let value: Json | undefined = event.payload;
  let from = 0;
  if (keys[0] === "event" && path.charCodeAt(0) !== 47) {
    value = eventFacts(event);
    from = 1;
  } else if (keys[0] === "payload" && path.charCodeAt(0) !== 47) from = 1;
  for (let i = from; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (typeof value !== "object" || value === null || !hasOwn(value, key)) return undefined;
    if (isArray(value) && key === "length") return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

/** An event as authors see it, in filters, `assign` and `vars.event`. */
export function eventFacts(event: InboundEvent): JsonObject {
  return {
    id: event.id,
    name: event.name,
    source: event.source,
    payload: event.payload,
    correlationKey: event.correlationKey,
    receivedAt: event.receivedAt,
  };
}

/** The keys of a JSON pointer, or of a path such as `lines[0].sku`; undefined when it is malformed. */
function pathKeys(path: string): string[] | undefined {
  if (path.charCodeAt(0) === 47) return pointerKeys(path);
  const keys: string[] = [];
  for (const part of path.split(".")) {
    const bracket = part.indexOf("[");
    if (bracket < 0) {
      keys.push(part);
      continue;
    }
    if (bracket > 0) keys.push(part.slice(0, bracket));
    for (const index of part.slice(bracket + 1).split("[")) {
      if (!index.endsWith("]")) return undefined;
      keys.push(index.slice(0, -1));
    }
  }
  return keys;
}

function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return a !== undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isArray(a) || isArray(b)) {
    if (!isArray(a) || !isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!equal(a[i], b[i])) return false;
    return true;
  }
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (!hasOwn(b, key) || !equal(a[key], b[key])) return false;
  }
  return true;
}

function isIn(value: Json | undefined, list: Json | undefined): boolean {
  if (!isArray(list)) return equal(value, list);
  for (let i = 0; i < list.length; i += 1) if (equal(value, list[i])) return true;
  return false;
}

/** -1, 0 or 1 for two numbers or two texts (by UTF-16 code units, so RFC 3339 UTC instants order by time). */
function order(a: Json | undefined, b: Json | undefined): -1 | 0 | 1 | undefined {
  if ((typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string")) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return undefined;
}
