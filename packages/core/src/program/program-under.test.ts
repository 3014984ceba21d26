import { expect, test } from "vitest";
import { compileDefinition } from "../compile/compile-definition.ts";
import { parseDefinition } from "../compile/parse-definition.ts";
import { stepKinds } from "../definition/any-step.ts";
import type { Program, SemanticsVersion } from "./program.ts";
import { programUnder, stepFieldsSince2, stepTypesSince2 } from "./program-under.ts";

function compiled(steps: readonly object[], semantics: SemanticsVersion): Program | undefined {
  const parsed = parseDefinition({ workflow: "any", steps });
  if (!("definition" in parsed)) throw new Error(JSON.stringify(parsed.issues));
  const catalogue = { actions: [], defaultSemantics: semantics };
  return compileDefinition(parsed.definition, catalogue).program;
}

test("knows the same steps and fields as the definition", () => {
  const kinds = Object.values(stepKinds());
  expect([...stepTypesSince2].sort()).toEqual(
    kinds
      .filter(({ since }) => since === 2)
      .map(({ type }) => type)
      .sort(),
  );
  expect(stepFieldsSince2).toEqual(
    Object.fromEntries(
      kinds.flatMap((kind) => (kind.fieldsSince2.length === 0 ? [] : [[kind.type, kind.fieldsSince2]])),
    ),
  );
});

const both = [
  { id: "set", type: "transform.assign", assign: { n: 1, like: { type: "control.raise", path: "x", id: "y" } } },
  {
    id: "each",
    type: "control.forEach",
    items: [1],
    concurrency: 1,
    body: [{ id: "in", type: "state.set", state: "s" }],
  },
  { id: "try", type: "control.tryCatch", try: [{ id: "nap", type: "time.wait", durationMs: 1 }], catch: [] },
  { id: "done", type: "control.return", output: { $expr: "vars.n" } },
];

test("[CHD-03] a program under other semantics is the one that compiling under them gives", () => {
  const [one, two] = [compiled(both, 1), compiled(both, 2)] as [Program, Program];
  expect(programUnder(two, 1)).toEqual({ program: one });
  expect(programUnder(one, 2)).toEqual({ program: two });
  expect(programUnder(two, 2)).toEqual({ program: two });
});

const raise = { id: "stop", type: "control.raise", code: "STOP_IT", message: "m" };
const assign = { id: "set", type: "transform.assign", assign: { n: 1 } };
test.each([
  ["a step", [raise], [{ stepId: "stop", type: "control.raise" }]],
  [
    "a step within others",
    [
      {
        id: "if",
        type: "control.if",
        condition: true,
        then: [{ id: "f", type: "control.forEach", items: [], body: [raise] }],
      },
    ],
    [{ stepId: "stop", type: "control.raise" }],
  ],
  [
    "a step and what it holds",
    [{ id: "s", type: "control.switch", cases: [{ when: true, steps: [raise] }], default: [assign] }],
    [
      { stepId: "s", type: "control.switch" },
      { stepId: "stop", type: "control.raise" },
    ],
  ],
  [
    "fields",
    [{ id: "t", type: "control.tryCatch", try: [assign], catch: [], catchOn: ["ActionError"] }],
    [{ stepId: "t", type: "control.tryCatch", field: "catchOn" }],
  ],
  [
    "items side by side",
    [{ id: "f", type: "control.forEach", items: [], body: [assign], concurrency: 2 }],
    [{ stepId: "f", type: "control.forEach", field: "concurrency" }],
  ],
] as const)("[CHD-03] %s that semantics 1 does not know is named, and compiling refuses it", (_, steps, unknown) => {
  expect(compiled(steps, 1)).toBeUndefined();
  expect(programUnder(compiled(steps, 2) as Program, 1)).toEqual({ unknown });
});
