import type { Definition } from "../definition/definition.ts";
import { shapeProblems } from "../definition/definition.ts";
import type { Program } from "../program/program.ts";
import type { Issue } from "../values/issue.ts";
import { isJsonObject } from "../values/json.ts";
import type { Bounds } from "./bounds.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import { compileDefinition } from "./compile-definition.ts";
import type { Intake } from "./intake.ts";
import { issuesMax } from "./intake.ts";
import { inDocumentOrder } from "./issue-order.ts";
import { readDocument } from "./parse-definition.ts";
import type { Positions } from "./positions.ts";
import type { ReadDocument } from "./read-json.ts";
import { Repair } from "./repair.ts";
import { checkShape, withoutEchoes, withStepIds } from "./shape.ts";
import { shapeIssue } from "./shape-issue.ts";

/** All that publishing says of a definition. */
export interface CheckedDefinition {
  /** What was read, where every value of it can be kept: a draft may have any other problem. */
  readonly document?: unknown;
  /** The same, where it is of the right shape. */
  readonly definition?: Definition;
  /** Where the document is text. */
  readonly positions?: Positions;
  /** Left out when an issue is an error. */
  readonly program?: Program;
  /** In the order of lines, else of pointers; at most 1,000. */
  readonly issues: Issue[];
  /** Left out where the shape is wrong: what is left out of the count could be anything. */
  readonly bounds?: Bounds;
}

/**
 * Reads, checks and compiles a definition, as YAML, JSON or an object. Every problem is reported at once: where a part is
 * of the wrong shape all others are checked as if it were not there, and nothing is said of what follows from that.
 * What cannot be read at all, or is too large, has no other issues.
 */
export function checkDefinition(textOrObject: unknown, catalogue: CompileCatalogue): CheckedDefinition {
  const { read, intake } = readDocument(textOrObject);
  if (read === undefined) return { issues: inDocumentOrder(intake.issues) };
  const { value, positions } = read;
  const unkept = intake.issues.slice();
  const shaped = checkShape(value, positions, intake);
  const given = positions === undefined ? {} : { positions };
  if (shaped && unkept.length === 0) {
    const { issues, ...compiled } = compileDefinition(value, catalogue, given);
    return { document: value, definition: value, ...given, ...compiled, issues: inDocumentOrder(issues) };
  }
  const others = issuesOfTheRest(read, unkept, intake, catalogue);
  const issues = inDocumentOrder([...withStepIds(withoutEchoes(intake.issues, unkept.length), value), ...others]).slice(
    0,
    issuesMax,
  );
  return { ...(unkept.length === 0 ? { document: value } : {}), ...given, issues };
}

/**
 * What there is to say of the parts of the right shape; problems of shape that come to light meanwhile go to the intake.
 * @param unkept issues of values that were not read as they stand
 */
function issuesOfTheRest(
  { value, positions }: ReadDocument,
  unkept: readonly Issue[],
  intake: Intake,
  catalogue: CompileCatalogue,
): Issue[] {
  if (!isJsonObject(value) || intake.issues.some(({ code }) => code === "DEFINITION_TOO_LARGE")) return [];
  const repair = new Repair(
    value,
    unkept.map(({ pointer }) => pointer),
  );
  if (unkept.some(({ code }) => !keepsNames.has(code))) repair.lost.anyName();
  if (!mendAll(repair, intake, positions)) return [];
  const { issues } = compileDefinition(repair.document as unknown as Definition, catalogue, {
    ...(positions === undefined ? {} : { positions }),
    lost: repair.lost,
  });
  const reported = new Set(intake.issues.map(keyOf));
  return issues
    .filter((issue) => !repair.isLeftOut(issue.pointer) && !reported.has(keyOf(issue)) && !countsAll.has(issue.code))
    .map(withoutMadeUpId);
}

/** Values that cannot be kept, and do not hide what else stands there. */
const keepsNames: ReadonlySet<string> = new Set(["NUMBER_NOT_EXACT", "TEXT_NOT_STORABLE"]);
/** A limit that was left out with its key would make them wrong. */
const countsAll: ReadonlySet<string> = new Set(["BOUND_HISTORY", "BOUND_FAN_OUT"]);

const passesMax = 8;

/** Mends until nothing of the wrong type is left, which some problems hide: an object's own rules count once its parts are right. */
function mendAll(repair: Repair, intake: Intake, positions: Positions | undefined): boolean {
  const reported = new Set(intake.issues.map(keyOf));
  for (let pass = 0; pass < passesMax; pass += 1) {
    const problems = shapeProblems(repair.document);
    for (const problem of problems) {
      if (intake.isFull) break;
      for (const found of shapeIssue(problem, repair.document)) {
        if (reported.has(keyOf(found)) || repair.isLeftOut(found.pointer)) continue;
        reported.add(keyOf(found));
        intake.add(found.code, found.pointer, positions?.lineOf(found.pointer), found.message, found.remedy);
      }
    }
    let changed = false;
    for (const problem of problems) if (repair.mend(problem)) changed = true;
    if (!changed) return true;
  }
  return false;
}

function keyOf({ code, pointer }: { readonly code: string; readonly pointer: string }): string {
  return `${code} ${pointer}`;
}

/** A step without an id has its pointer for one while it is checked. */
function withoutMadeUpId(issue: Issue): Issue {
  if (issue.stepId?.startsWith("/") !== true) return issue;
  const { stepId: _, ...rest } = issue;
  return rest;
}
