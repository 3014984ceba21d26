import { definitionNestingMax, definitionStepsMax, shapeProblems } from "../definition/definition.ts";
import type { Definition } from "../definition/definition.ts";
import { shown, valueNestingMax } from "../definition/value.ts";
import { blocksOfUnknown } from "../definition/walk.ts";
import type { Issue } from "../values/issue.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { pointerKeys } from "../values/pointer.ts";
import type { Intake } from "./intake.ts";
import { cutPointer } from "./intake.ts";
import type { Positions } from "./positions.ts";
import { shapeIssue } from "./shape-issue.ts";

/**
 * Every way in which a read document is not of the shape of a definition.
 * Counting comes first: what is beyond the limits is not looked at more closely.
 */
export function checkShape(
  document: Json,
  positions: Positions | undefined,
  intake: Intake,
): document is Json & Definition {
  const before = intake.issues.length;
  const tooLarge = sizeProblem(document);
  if (tooLarge !== undefined) {
    intake.add(
      "DEFINITION_TOO_LARGE",
      cutPointer(tooLarge.pointer),
      positions?.lineOf(tooLarge.pointer),
      tooLarge.message,
    );
    return false;
  }
  for (const problem of shapeProblems(document)) {
    if (intake.isFull) break;
    for (const found of shapeIssue(problem, document)) {
      intake.add(found.code, found.pointer, positions?.lineOf(found.pointer), found.message, found.remedy);
    }
  }
  return intake.issues.length === before;
}

/** The id of the innermost step that a pointer leads into. */
export function stepIdAt(document: unknown, pointer: string): string | undefined {
  let at = document;
  let id: string | undefined;
  for (const key of pointerKeys(pointer) ?? []) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return id;
    at = (at as { readonly [key: string]: unknown })[key];
    if (isJsonObject(at) && typeof at["type"] === "string" && typeof at["id"] === "string") id = at["id"];
  }
  return id;
}

/** What could not be read stands as null: of that nothing more is said. @param unread how many issues reading made, the first ones */
export function withoutEchoes(issues: readonly Issue[], unread: number): Issue[] {
  const pointers = new Set(issues.slice(0, unread).map(({ pointer }) => pointer));
  return issues.filter(({ code, pointer }, i) => i < unread || code !== "FIELD_TYPE" || !pointers.has(pointer));
}

/** Adds the step ids to issues, which readers and schemas do not know. */
export function withStepIds(issues: readonly Issue[], document: unknown): Issue[] {
  return issues.map((issue) => {
    if (issue.stepId !== undefined) return issue;
    const stepId = stepIdAt(document, issue.pointer);
    return stepId === undefined ? issue : { ...issue, stepId: shown(stepId) };
  });
}

function sizeProblem(document: Json): { readonly pointer: string; readonly message: string } | undefined {
  if (!isJsonObject(document)) return undefined;
  let count = 0;
  const open: { readonly steps: readonly unknown[]; readonly pointer: string; readonly depth: number }[] = [];
  if (Array.isArray(document["steps"])) open.push({ steps: document["steps"], pointer: "/steps", depth: 1 });
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    count += list.steps.length;
    if (count > definitionStepsMax)
      return { pointer: "/steps", message: `The definition has more than ${definitionStepsMax} steps.` };
    for (let i = 0; i < list.steps.length; i += 1) {
      for (const block of blocksOfUnknown(list.steps[i])) {
        const pointer = `${list.pointer}/${i}${block.pointer}`;
        if (list.depth >= definitionNestingMax && block.steps.length > 0) {
          return { pointer, message: `Steps are nested more than ${definitionNestingMax} deep here.` };
        }
        open.push({ steps: block.steps, pointer, depth: list.depth + 1 });
      }
    }
  }
  for (const key of ["payload", "triggers"]) {
    const value = document[key];
    if (value !== undefined && deeperThan(value, valueNestingMax)) {
      return { pointer: "/" + key, message: `Objects and lists are nested more than ${valueNestingMax} deep here.` };
    }
  }
  return undefined;
}

function deeperThan(value: Json, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  for (const member of Object.values(value)) if (deeperThan(member, depth - 1)) return true;
  return false;
}
