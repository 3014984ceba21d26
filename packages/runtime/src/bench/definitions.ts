import { batchedNoop, effectlessNoop, localNoop, remoteNoop, stampedCall } from "./bench-actions.ts";
import { batchItems, mixedActions, mixedPureSteps } from "./names.ts";

const sequentialSteps = 40;

/** What the comparisons run, by key. */
export function benchDefinitions(): readonly object[] {
  return [
    definition("bench-remote", calls(remoteNoop.id)),
    definition("bench-none", calls(effectlessNoop.id)),
    definition("bench-local", calls(localNoop.id)),
    definition("bench-mixed", mixed(mixedPureSteps / mixedActions)),
    definition("bench-mixed-bare", mixed(0)),
    definition("bench-parked", [
      {
        id: "go",
        type: "event.wait",
        event: "bench.go",
        correlationKey: { $expr: "payload.key" },
        timeoutMs: 3_600_000,
      },
      call("then", stampedCall.id, { $expr: "payload.i" }),
    ]),
    definition("bench-batch", [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: `[1..${batchItems}]` },
        concurrency: 50,
        body: [call("make", batchedNoop.id, { $expr: "item" })],
      },
    ]),
    definition("bench-hostile", [
      {
        id: "harm",
        type: "transform.assign",
        assign: { "vars.harm": { $expr: "$sum($map([1..100000], function($i) { $sum([1..100]) * $i }))" } },
      },
    ]),
  ];
}

function definition(key: string, steps: readonly object[]): object {
  return { workflow: key, name: key, semantics: 2, steps };
}

function call(id: string, action: string, i: unknown): object {
  return { id, type: "action.call", action, input: { i } };
}

function calls(action: string): object[] {
  return Array.from({ length: sequentialSteps }, (_, i) => call(`s${i}`, action, i));
}

/** Before each call so many assignments, each reading what the one before has written. */
function mixed(pureBetween: number): object[] {
  return Array.from({ length: mixedActions }, (_, c) => [
    ...Array.from({ length: pureBetween }, (__, i) => ({
      id: `p${c}-${i}`,
      type: "transform.assign",
      assign: { [`vars.v${i % 10}`]: { $expr: `$coalesce(vars.v${(i + 9) % 10}, 0) + ${i}` } },
    })),
    call(`c${c}`, remoteNoop.id, c),
  ]).flat();
}
