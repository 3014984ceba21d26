import { expect, test } from "vitest";
import { performAction } from "./perform.ts";
import type { ActionRequest } from "./perform.ts";
import { createRegistry } from "./registry.ts";
import { standIn } from "./stand-in.ts";

const facts = { effect: "once", execution: "remote", batch: false, timeoutMs: 1_000 } as const;
const request: ActionRequest = {
  actionId: "crm.find@1",
  input: [1, { any: null }],
  key: "k",
  attempt: 2,
  runId: "r",
  stepId: "s",
  iteration: [3, 0],
  tenant: {},
  signal: AbortSignal.timeout(5_000),
  log: () => {},
};

test("a stand-in takes any input, is told where it is called, and gives any output", async () => {
  const action = standIn("crm.find@1", facts, async ({ input, stepId, iteration, attempt }) => [
    { stepId, iteration: [...iteration], attempt, given: JSON.stringify(input) },
  ]);
  expect(action).toMatchObject({ id: "crm.find@1", ...facts });
  const { output } = await performAction(createRegistry([action]), request);
  expect(output).toEqual([{ stepId: "s", iteration: [3, 0], attempt: 2, given: '[1,{"any":null}]' }]);
});

test("a call outside of loops has no turns", async () => {
  const { iteration: _, ...outside } = request;
  const action = standIn("crm.find@1", facts, async ({ iteration }) => iteration.length);
  expect(await performAction(createRegistry([action]), outside)).toEqual({ output: 0 });
});
