import type { Mutant } from "./mutant.ts";

/** Faults in what publishing finds, and in what scenarios compare. */
export const publishingMutants: readonly Mutant[] = [
  {
    what: "an object that is closed passes for open",
    file: "compile/types/schema-type.ts",
    before: 'if (others !== false) return { kind: "object", member };',
    after: 'if (others !== null) return { kind: "object", member };',
    tests: ["compile/check-types.test.ts"],
  },
  {
    what: "what goes wrong with some values only is an error",
    file: "compile/types/operations.ts",
    before: 'isSure: verdict === "always wrong" && isChecked(type),',
    after: "isSure: isChecked(type),",
    tests: ["compile/check-types.test.ts"],
  },
  {
    what: "text passes for a condition",
    file: "compile/types/field-kinds.ts",
    before: 'const conditionKinds: readonly Kind[] = ["boolean", "null"];',
    after: 'const conditionKinds: readonly Kind[] = ["boolean", "null", "text"];',
    tests: ["compile/check-types.test.ts"],
  },
  {
    what: "a variable that one branch sets counts as set",
    file: "compile/variable-scope.ts",
    before: "others.every((other) => other.own.has(name))",
    after: 'others.every((other) => other.own.has(name) || name !== "")',
    tests: ["compile/check-variables.test.ts"],
  },
  {
    what: "a list of mocked answers begins again at its end",
    file: "scenario/mocks.ts",
    before: "const next = answers.inTurn[count];",
    after: "const next = answers.inTurn[count % answers.inTurn.length];",
    tests: ["scenario/run-scenario.test.ts"],
  },
  {
    what: "a call with another input passes for the expected one",
    file: "scenario/check-lists.ts",
    before: 'differences(expected.input, seen.input).length > 0) found.push("input");',
    after: 'differences(expected.input, seen.input).length > 99) found.push("input");',
    tests: ["scenario/expectation.test.ts"],
  },
  {
    what: "an output that is too large stays in the state",
    file: "scenario/large-outputs.ts",
    before: "if (jsonBytes(output) <= semantics[2].valueBytesMax) return output;",
    after: "if (jsonBytes(output) <= semantics[2].stateBytesMax) return output;",
    tests: ["scenario/calls.test.ts"],
  },
  {
    what: "an action's key is the same in every turn of a loop",
    package: "runtime",
    file: "activities/idempotency-key.ts",
    before: '["step", runId, stepPath, [...iteration], call.input]',
    after: '["step", runId, stepPath, call.input]',
    tests: ["activities/idempotency-key.test.ts"],
  },
];
