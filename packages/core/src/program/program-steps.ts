import type { ProgramStep } from "./program.ts";

/** Members of a step that hold lists of steps, or of objects with `steps`. */
const blocks: readonly string[] = [
  "then",
  "else",
  "body",
  "try",
  "catch",
  "finally",
  "branches",
  "cases",
  "default",
  "compensate",
];

/** Every step of a program's steps and of all that is inside of them, in the order of the definition. */
export function stepsOf(steps: readonly ProgramStep[]): ProgramStep[] {
  const found: ProgramStep[] = [];
  collect(steps, found);
  return found;
}

function collect(list: readonly unknown[], found: ProgramStep[]): void {
  for (const part of list) {
    const members = part as { readonly [key: string]: unknown };
    if (typeof members["type"] !== "string") {
      // A case or a branch.
      if (Array.isArray(members["steps"])) collect(members["steps"], found);
      continue;
    }
    found.push(part as ProgramStep);
    for (const key of Object.keys(members)) {
      // What is no block holds values, and a literal may look like a step.
      const inside = blocks.includes(key) ? members[key] : undefined;
      if (Array.isArray(inside)) collect(inside, found);
    }
  }
}
