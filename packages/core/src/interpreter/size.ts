import { jsonBytes, jsonTextBytes } from "../canonical/json-bytes.ts";
import type { Json } from "../values/json.ts";
import { StepFailure } from "./failure.ts";
import type { Machine } from "./machine.ts";

const isArray = Array.isArray;
const keysOf = Object.keys;
const isFinite = Number.isFinite;

/**
 * Counts the bytes of a value that is about to be kept (in a scope, a frame, a command or an entry), and gives up the
 * machine's ownership of every container in it: it can then be reached in two ways, so whoever writes to it copies it.
 */
export function weigh(m: Machine, value: Json): number {
  switch (typeof value) {
    case "string":
      return jsonTextBytes(value);
    case "number":
      return isFinite(value) ? ("" + value).length : 4;
    case "boolean":
      return value ? 4 : 5;
    default:
      break;
  }
  if (value === null || value === undefined) return 4;
  if (m.owned.size > 0) m.owned.delete(value);
  let bytes = 2;
  if (isArray(value)) {
    for (let i = 0; i < value.length; i += 1) bytes += weigh(m, value[i] as Json) + 1;
    return bytes;
  }
  const keys = keysOf(value);
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    bytes += jsonTextBytes(key) + weigh(m, value[key] as Json) + 2;
  }
  return bytes;
}

/** The bytes of a value that an author's expressions made. @throws StepFailure EXPR_OUTPUT_TOO_LARGE */
export function weighResult(m: Machine, value: Json): number {
  const bytes = weigh(m, value);
  if (bytes > m.behaviour.valueBytesMax) {
    throw new StepFailure(
      "ExpressionError",
      "EXPR_OUTPUT_TOO_LARGE",
      `The value has ${bytes} bytes as JSON; at most ${m.behaviour.valueBytesMax} are allowed.`,
      { bytes },
    );
  }
  return bytes;
}

/**
 * Makes room in the state for that many more bytes. The bound only ever rises, which costs nothing; the state is counted
 * when it reaches the limit, and the turn pays for the count.
 * @param replaced what the new value takes the place of
 * @throws StepFailure STATE_TOO_LARGE
 */
export function admit(m: Machine, bytes: number, replaced?: Json): void {
  const bound = m.bytesBound + bytes;
  if (bound <= m.behaviour.stateBytesMax) {
    m.bytesBound = bound;
    return;
  }
  const exact = stateBytes(m);
  m.fuelInTurn += exact >> 6;
  const freed = replaced === undefined ? 0 : jsonBytes(replaced);
  if (exact + bytes - freed > m.behaviour.stateBytesMax) {
    m.bytesBound = exact;
    throw new StepFailure(
      "ControlError",
      "STATE_TOO_LARGE",
      `The state of the run would have ${exact + bytes - freed} bytes; at most ${m.behaviour.stateBytesMax} are allowed.`,
      { bytes: exact + bytes - freed },
    );
  }
  m.bytesBound = exact + bytes;
}

function stateBytes(m: Machine): number {
  return (
    jsonBytes(m.payload) +
    jsonBytes(m.vars) +
    jsonBytes(m.state) +
    jsonBytes(m.fibers) +
    jsonBytes(m.open) +
    jsonBytes(m.taken) +
    jsonBytes(m.kept)
  );
}
