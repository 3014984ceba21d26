import type { Issue } from "../values/issue.ts";

/** By line where lines are known, then by pointer; issues of one place stay as they were found. */
export function inDocumentOrder(issues: readonly Issue[]): Issue[] {
  return issues
    .map((issue) => ({ issue, keys: issue.pointer.split("/") }))
    .sort((a, b) => (a.issue.line ?? 0) - (b.issue.line ?? 0) || byKeys(a.keys, b.keys))
    .map(({ issue }) => issue);
}

function byKeys(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const order = byKey(a[i] as string, b[i] as string);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function byKey(a: string, b: string): number {
  if (a === b) return 0;
  if (index.test(a) && index.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : 1;
}

const index = /^[0-9]+$/;
