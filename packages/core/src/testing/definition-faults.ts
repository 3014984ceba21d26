import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerKeys, pointerToken } from "../values/pointer.ts";

/** One way to break a definition at one place. */
export interface Fault {
  readonly name: string;
  /** Pointer of the part that is no longer there, or no longer what it was. */
  readonly zone: string;
  /** `CODE pointer` of the one issue that it makes. */
  readonly makes: string;
  /** It makes others set a name, or hides whether anybody does. */
  readonly names?: "hides" | "misses";
  readonly key: string;
  /** What is put there; undefined: nothing. */
  readonly value: Json | undefined;
  /** The key that goes with it. */
  readonly instead?: string;
}

/** Whether one fault could hide the other, so that they cannot be told apart. */
export function areIndependent(a: Fault, b: Fault): boolean {
  if (a.names !== undefined && b.names !== undefined && a.names !== b.names) return false;
  return !(a.zone + "/").startsWith(b.zone + "/") && !(b.zone + "/").startsWith(a.zone + "/");
}

/** A copy of the definition with the faults in it. */
export function withFaults(definition: Json, faults: readonly Fault[]): Json {
  const broken = structuredClone(definition);
  for (const { zone, key, value, instead } of faults) {
    const holder = at(broken, zone.slice(0, zone.lastIndexOf("/"))) as JsonObject;
    const target = (key === "" ? at(broken, zone) : holder) as JsonObject;
    const name = key === "" ? "type" : key;
    if (instead !== undefined) delete target[instead];
    if (value === undefined) delete target[name];
    else target[name] = value;
  }
  return broken;
}

function at(document: Json, pointer: string): Json {
  return (pointerKeys(pointer) ?? []).reduce((part, key) => (part as JsonObject)[key] as Json, document);
}

/** Every fault of the list at every place of the definition where it can be. */
export function faultsOf(definition: JsonObject): Fault[] {
  const faults: Fault[] = [
    field("", "colour", "red", "FIELD_UNKNOWN", "unknown key of the definition"),
    field("/payload/properties/orderId", "pattern", "^a", "SCHEMA_KEYWORD_UNSUPPORTED", "pattern in the schema"),
    field("", "semantics", 3, "FIELD_INVALID", "semantics 3"),
  ];
  for (const [pointer, step] of stepsOf(definition["steps"] as Json[], "/steps"))
    faults.push(...stepFaults(pointer, step));
  return faults;
}

/** @param code of the issue at the field */
function field(around: string, key: string, value: Json | undefined, code: string, name: string): Fault {
  const zone = around + pointerToken(key);
  return { name, zone, makes: `${code} ${zone}`, key, value };
}

function stepFaults(pointer: string, step: JsonObject): Fault[] {
  const faults: Fault[] = [
    field(pointer, "colour", "red", "FIELD_UNKNOWN", "unknown key of a step"),
    field(pointer, "name", 7, "FIELD_TYPE", "name that is a number"),
    field(pointer, "disabled", "no", "FIELD_TYPE", "disabled by text"),
  ];
  const has = (key: string): boolean => Object.hasOwn(step, key);
  const add = (...more: Fault[]): void => void faults.push(...more);
  // The id of the first step is the one that others are given.
  if (pointer !== "/steps/0") {
    add(field(pointer, "id", "accepted", "STEP_ID_DUPLICATE", "duplicate id"));
    add(field(pointer, "id", "1 x", "FIELD_INVALID", "bad id"));
    add(field(pointer, "id", undefined, "FIELD_MISSING", "no id"));
    const makes = `STEP_TYPE_UNKNOWN ${pointer}/type`;
    add({ name: "unknown type", zone: pointer, makes, key: "", value: "no.such" });
  }
  for (const key of ["input", "state", "items", "condition", "action"])
    if (has(key)) add(field(pointer, key, undefined, "FIELD_MISSING", `no ${key}`));
  for (const key of ["then", "body", "try", "assign", "branches"]) {
    if (!has(key)) continue;
    add({ ...field(pointer, key, undefined, "FIELD_MISSING", `no ${key}`), names: "hides" });
    add({ ...field(pointer, key, 5, "FIELD_TYPE", `${key} that is a number`), names: "hides" });
  }
  if (has("correlationKey")) add(field(pointer, "correlationKey", undefined, "CORRELATION_KEY_MISSING", "no key"));
  if (has("action")) add(field(pointer, "action", "no.such@1", "ACTION_UNKNOWN", "unknown action"));
  if (has("condition")) add(field(pointer, "condition", "yes", "FIELD_TYPE", "condition that is text"));
  if (has("maxItems")) add(field(pointer, "maxItems", "50", "FIELD_TYPE", "maxItems that is text"));
  if (has("durationMs")) {
    add(field(pointer, "durationMs", "500", "FIELD_TYPE", "duration that is text"));
    add(field(pointer, "durationMs", 1e12, "DURATION_TOO_LONG", "duration too long"));
    add({ ...field(pointer, "durationMs", undefined, "WHEN_NOT_ONE", "no time"), makes: `WHEN_NOT_ONE ${pointer}` });
  }
  if (has("timeout")) add(field(pointer, "timeout", 5, "FIELD_TYPE", "timeout that is a number"));
  if (has("filters")) {
    add(field(pointer + "/filters/0", "op", "eq", "FIELD_INVALID", "unknown operator"));
    add(field(pointer + "/filters/0", "path", 5, "FIELD_TYPE", "path that is a number"));
  }
  if (has("retry")) {
    add(field(pointer, "retry", "often", "FIELD_TYPE", "retry that is text"));
    add(field(pointer + "/retry", "maxAttempts", "5", "FIELD_TYPE", "attempts that are text"));
    add(field(pointer + "/retry", "maxAttempts", 99, "FIELD_INVALID", "too many attempts"));
    add(field(pointer + "/retry", "often", true, "FIELD_UNKNOWN", "unknown key of retry"));
  }
  if (has("state")) add(field(pointer, "state", { $secret: "s" }, "SECRET_MISPLACED", "misplaced secret"));
  add(...targetFaults(pointer, step));
  for (const part of expressionsIn(step, pointer)) add(...expressionFaults(part));
  return faults;
}

function targetFaults(pointer: string, step: JsonObject): Fault[] {
  const faults: Fault[] = [];
  for (const key of ["saveAs", "captureErrorAs"]) {
    if (!Object.hasOwn(step, key)) continue;
    faults.push(field(pointer, key, `${String(step[key])} !`, "TARGET_INVALID", "bad target like the right one"));
    faults.push(
      field(pointer, key, "a b c", "TARGET_INVALID", "bad target"),
      field(pointer, key, 5, "FIELD_TYPE", key),
    );
    const zone = `${pointer}/${key}`;
    const makes = `FIELD_UNKNOWN ${pointer}/store`;
    faults.push({ name: "misnamed target", zone, makes, key: "store", value: step[key], instead: key });
  }
  if (isJsonObject(step["collect"])) {
    faults.push(field(pointer + "/collect", "saveAs", "a b c", "TARGET_INVALID", "bad target of collect"));
    faults.push(field(pointer, "collect", "list", "FIELD_TYPE", "collect that is text"));
  }
  for (const [target, value] of Object.entries(isJsonObject(step["assign"]) ? step["assign"] : {})) {
    const zone = `${pointer}/assign/${target}`;
    const makes = `TARGET_INVALID ${zone} !`;
    faults.push({ name: "bad assignment", zone, makes, key: target + " !", value, instead: target });
  }
  return faults.map((fault) => ({ ...fault, names: "hides" }));
}

function expressionFaults(pointer: string): Fault[] {
  const around = pointer.slice(0, pointer.lastIndexOf("/"));
  const key = (pointerKeys(pointer) ?? []).at(-1) ?? "";
  const put = (name: string, value: Json, code: string, inside: string): Fault => ({
    ...field(around, key, value, code, name),
    makes: `${code} ${pointer}${inside}`,
  });
  return [
    put("broken expression", { $expr: "payload." }, "EXPR_SYNTAX", "/$expr"),
    put("unknown function", { $expr: "$shout(1)" }, "EXPR_FUNCTION_UNKNOWN", "/$expr"),
    put("expression that is a number", { $expr: 5 }, "FIELD_TYPE", "/$expr"),
    put("misspelt form", { $exp: "1" }, "VALUE_KEY_UNKNOWN", "/$exp"),
    { ...put("undefined variable", { $expr: "vars.nowhere" }, "VARIABLE_UNDEFINED", "/$expr"), names: "misses" },
    { ...put("undefined field", { $expr: "payload.nowhere" }, "PAYLOAD_FIELD_UNKNOWN", "/$expr"), names: "misses" },
  ];
}

const blocks = ["then", "else", "body", "try", "catch", "finally", "steps"];

function* stepsOf(steps: readonly Json[], pointer: string): Generator<readonly [string, JsonObject]> {
  for (const [i, step] of steps.entries()) {
    if (!isJsonObject(step)) continue;
    const at = `${pointer}/${i}`;
    yield [at, step];
    for (const key of blocks) if (Array.isArray(step[key])) yield* stepsOf(step[key], `${at}/${key}`);
    for (const [b, branch] of (Array.isArray(step["branches"]) ? step["branches"] : []).entries())
      if (isJsonObject(branch)) yield* stepsOf(branch["steps"] as Json[], `${at}/branches/${b}/steps`);
  }
}

/** Pointers of the values of a step that are expressions, those of the steps inside it left aside. */
function* expressionsIn(part: Json, pointer: string): Generator<string> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part) && "$expr" in part) yield pointer;
  else {
    for (const [key, member] of Object.entries(part))
      if (!blocks.includes(key) && key !== "branches") yield* expressionsIn(member, pointer + pointerToken(key));
  }
}
