/** A change of the bundled interpreter that makes recorded runs of one step type go otherwise. */
export interface Edit {
  readonly stepType: string;
  readonly find: RegExp;
  readonly replacement: string;
}

export const edits: readonly Edit[] = [
  { stepType: "action.call", find: /attempt: event\.attempt,/, replacement: "attempt: event.attempt + 1," },
  {
    stepType: "transform.assign",
    find: /const value = \S*evaluate\)\(m, fiber, only\.value\)/,
    replacement: "const value = null",
  },
  { stepType: "state.set", find: /m\.state = state;/, replacement: "m.state = null;" },
  { stepType: "control.return", find: /(kind: ["']return["'],\s*)output\b/, replacement: "$1output: null" },
  { stepType: "control.raise", find: /["']BusinessError["'], code/, replacement: '"ControlError", code' },
  { stepType: "control.if", find: /if \(taken\)/, replacement: "if (!taken)" },
  { stepType: "control.switch", find: /(path = step\.path \+ "\.cases\[" \+ )i\b/, replacement: "$10" },
  { stepType: "control.forEach", find: /items,\s*index: 0/, replacement: "items, index: 1" },
  {
    stepType: "control.while",
    find: /(m\.behaviour\.stepFuelMin;\s*const next = \{\s*\.\.\.frame,\s*index: frame\.index \+ )1/,
    replacement: "$12",
  },
  {
    stepType: "control.parallel",
    find: /counted: completion === undefined/,
    replacement: "counted: completion !== undefined",
  },
  { stepType: "control.tryCatch", find: /(path: step\.path \+ )"\.try\.steps"/, replacement: '$1".catch.steps"' },
  { stepType: "control.saga", find: /one\.seq - other\.seq/, replacement: "other.seq - one.seq" },
  { stepType: "event.wait", find: /key: evaluateKey\(m, fiber, step\)/, replacement: 'key: "another"' },
  {
    stepType: "time.wait",
    find: /instantMs\)\(when\.dueAt\) <= m\.nowMs/,
    replacement: "instantMs)(when.dueAt) > m.nowMs",
  },
  {
    stepType: "human.task",
    find: /"human", "WAITING", askedFacts/,
    replacement: '"child", "WAITING", askedFacts',
  },
  {
    stepType: "control.callWorkflow",
    find: /"child", "WAITING", \{\s*workflow: step\.workflow/,
    replacement: '"child", "WAITING", { workflow: "another"',
  },
];

/** @throws Error when the code has no such place, so that an edit cannot silently do nothing */
export function edited(code: string, { stepType, find, replacement }: Edit): string {
  const changed = code.replace(find, replacement);
  if (changed === code) throw new Error(`The bundle has no place for the edit of ${stepType}: ${find.source}`);
  return changed;
}
