import type { StepSource } from "./build-program.ts";

/** One list of steps of a definition, and the step path that its steps have: `root.steps[2].then.steps`. */
export interface StepListPlace {
  readonly path: string;
  readonly steps: readonly StepSource[];
}

type Parts = { readonly [key: string]: unknown };

/** Fields of a step that are lists of steps. */
export const stepLists: ReadonlySet<string> = new Set(
  "then else default body steps try catch finally compensate".split(" "),
);
/** Fields that are lists of things which have `steps`. */
export const listsOfHolders: ReadonlySet<string> = new Set(["cases", "branches"]);

/** Every list of steps, the outermost first. */
export function listsOf(steps: readonly StepSource[], path = "root.steps"): StepListPlace[] {
  const found: StepListPlace[] = [{ path, steps }];
  mapLists(steps, path, (place) => {
    if (place.path !== path) found.push(place);
    return place.steps;
  });
  return found;
}

/** The steps with every list replaced by what `change` makes of it; the lists inside are seen first. */
export function mapLists(
  steps: readonly StepSource[],
  path: string,
  change: (place: StepListPlace) => readonly StepSource[],
): readonly StepSource[] {
  const inner = steps.map((step, i) => mapFields(step, `${path}[${i}]`, change) as StepSource);
  return change({ path, steps: inner });
}

function mapFields(part: Parts, path: string, change: (place: StepListPlace) => readonly StepSource[]): Parts {
  const entries = Object.entries(part).map(([key, value]) => {
    if (stepLists.has(key)) {
      // The steps of a case or branch stand under its own path; those of a field under the field's name.
      const at = key === "steps" ? `${path}.steps` : `${path}.${key}.steps`;
      return [key, mapLists(value as StepSource[], at, change)];
    }
    if (listsOfHolders.has(key))
      return [key, (value as Parts[]).map((holder, i) => mapFields(holder, `${path}.${key}[${i}]`, change))];
    return [key, value];
  });
  return Object.fromEntries(entries) as Parts;
}

/** The steps with each one replaced by what `change` makes of it; the steps inside are seen first. */
export function mapSteps(
  steps: readonly StepSource[],
  change: (step: StepSource) => StepSource,
): readonly StepSource[] {
  return mapLists(steps, "root.steps", (place) => place.steps.map(change));
}

/** Every step, at whatever depth. */
export function allSteps(steps: readonly StepSource[]): StepSource[] {
  return listsOf(steps).flatMap((place) => place.steps);
}

/**
 * The steps with a variable under another name wherever it is written or read; a loop's own name that is the same is renamed with it,
 * since it hides the variable.
 */
export function renameVariable(steps: readonly StepSource[], name: string, to: string): readonly StepSource[] {
  return renamed(steps, { name, to }) as readonly StepSource[];
}

interface Renaming {
  readonly name: string;
  readonly to: string;
}

const targetFields: ReadonlySet<string> = new Set(["saveAs", "captureErrorAs"]);
const targetMaps: ReadonlySet<string> = new Set(["assign", "output"]);

function renamed(value: unknown, names: Renaming): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    if (key === "$expr" && typeof member === "string") return [key, inExpression(member, names)];
    if (targetFields.has(key) && typeof member === "string") return [key, inTarget(member, names)];
    if (key === "itemVar" && member === names.name) return [key, names.to];
    if (targetMaps.has(key) && isTargetMap(value as Parts, key)) {
      const targets = Object.entries(member as Parts);
      return [key, Object.fromEntries(targets.map(([at, given]) => [inTarget(at, names), renamed(given, names)]))];
    }
    return [key, renamed(member, names)];
  });
  return Object.fromEntries(entries);
}

/** The output of a called workflow is a map of targets; that of control.return is a value. */
function isTargetMap(step: Parts, key: string): boolean {
  return key === "assign" || step["type"] === "control.callWorkflow";
}

function inTarget(target: string, { name, to }: Renaming): string {
  const [scope, first, ...rest] = target.split(".");
  if (first === undefined) return scope === name ? to : target;
  return scope === "vars" && first === name ? ["vars", to, ...rest].join(".") : target;
}

/** Of an expression the text between its string literals. */
function inExpression(source: string, { name, to }: Renaming): string {
  const read = new RegExp(`(?<![\\w$.])(vars\\.)?${name}(?!\\w)`, "g");
  return source
    .split(/('[^']*')/)
    .map((text, i) => (i % 2 === 1 ? text : text.replace(read, (_, scope: string | undefined) => (scope ?? "") + to)))
    .join("");
}
