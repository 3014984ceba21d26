import { canonicalJson } from "../canonical/canonical-json.ts";
import type { Node } from "../expression/node.ts";
import type { ProgramStep, Value } from "../program/program.ts";
import { isJsonObject, type Json, type ReadonlyJson } from "../values/json.ts";
import type { IssueList } from "./issue-list.ts";
import { didYouMean } from "../values/nearest.ts";
import { programBlocks } from "./program-walk.ts";
import { collectTargets } from "./program-writes.ts";

/**
 * Cases of a switch that compare a field of the payload with a constant which its schema rules out: most often a name that is misspelt.
 * Of fields that a step writes nothing is said.
 */
export function checkConstants(
  steps: readonly ProgramStep[],
  payload: ReadonlyJson | undefined,
  issues: IssueList,
  pointerOf: (value: Value) => string,
): void {
  if (payload === undefined) return;
  const written = new Set<string>();
  for (const [scope, field] of collectTargets(steps)) if (scope === "payload") written.add(field ?? "");
  if (written.has("")) return;
  const allowedAt = (names: readonly string[]): readonly Json[] | undefined =>
    names[0] === "payload" && names[1] !== undefined && !written.has(names[1])
      ? constantsAt(payload as Json, names.slice(1))
      : undefined;
  checkBlock(steps, (when, step) => {
    if (when.kind !== "expr") return;
    const ruledOut = neverTrue(when.expression.form, allowedAt);
    if (ruledOut === undefined) return;
    const names = ruledOut.allowed.map((value) => (typeof value === "string" ? value : canonicalJson(value)));
    const like = typeof ruledOut.constant === "string" ? didYouMean(ruledOut.constant, names) : "";
    const message = `This case can never be taken: ${ruledOut.path} is never ${canonicalJson(ruledOut.constant)}.${like}`;
    const remedy = `Its schema allows ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", ..." : ""}.`;
    issues.warning("CASE_UNREACHABLE", { pointer: pointerOf(when), stepId: step.id }, message, remedy);
  });
}

function checkBlock(steps: readonly ProgramStep[], check: (when: Value, step: ProgramStep) => void): void {
  for (const step of steps) {
    if (step.type === "control.switch") for (const one of step.cases) check(one.when, step);
    for (const block of programBlocks(step)) checkBlock(block, check);
  }
}

interface RuledOut {
  readonly path: string;
  readonly constant: Json;
  readonly allowed: readonly Json[];
}

type AllowedAt = (names: readonly string[]) => readonly Json[] | undefined;

/** Why a condition is never true; undefined where it may be, or cannot be told. */
function neverTrue(condition: Node, allowedAt: AllowedAt): RuledOut | undefined {
  const node = condition.op === "chain" ? unchained(condition) : condition;
  if (node.op !== "binary" || node.filters !== undefined || node.group !== undefined) return undefined;
  switch (node.operator) {
    case "and":
      return neverTrue(node.left, allowedAt) ?? neverTrue(node.right, allowedAt);
    case "or": {
      const left = neverTrue(node.left, allowedAt);
      return left === undefined ? undefined : neverTrue(node.right, allowedAt) && left;
    }
    case "=":
      return ruledOut(node.left, node.right, allowedAt) ?? ruledOut(node.right, node.left, allowedAt);
    default:
      return undefined;
  }
}

/** A chain as the binary operations that it stands for. */
function unchained({ first, rest }: Extract<Node, { op: "chain" }>): Node {
  return rest.reduce<Node>((left, { operator, right, at }) => ({ op: "binary", operator, left, right, at }), first);
}

function ruledOut(read: Node, constant: Node, allowedAt: AllowedAt): RuledOut | undefined {
  if (read.op !== "path" || read.filters !== undefined || constant.op !== "literal") return undefined;
  const allowed = allowedAt(read.names);
  if (allowed === undefined) return undefined;
  const text = canonicalJson(constant.value);
  if (allowed.some((value) => canonicalJson(value) === text)) return undefined;
  return { path: read.names.join("."), constant: constant.value, allowed };
}

/** All values that the schema allows at a path of members; undefined where it does not list them. */
function constantsAt(schema: Json, names: readonly string[]): readonly Json[] | undefined {
  let at: Json | undefined = schema;
  for (const name of names) {
    const properties: Json | undefined = isJsonObject(at) ? (at["properties"] as Json | undefined) : undefined;
    at = isJsonObject(properties) && Object.hasOwn(properties, name) ? (properties[name] as Json) : undefined;
  }
  if (!isJsonObject(at)) return undefined;
  if (Array.isArray(at["enum"])) return at["enum"] as Json[];
  return Object.hasOwn(at, "const") ? [at["const"] as Json] : undefined;
}
