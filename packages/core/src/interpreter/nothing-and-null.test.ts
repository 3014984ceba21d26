import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import { run, type Call } from "../testing/world.ts";
import type { RunState } from "./transition.ts";

const program = buildProgram(
  [
    {
      id: "put",
      type: "transform.assign",
      assign: {
        "vars.card": { name: x("payload.name"), phone: x("payload.phone"), fax: x("payload.fax") },
        "vars.phone": x("payload.phone"),
      },
    },
    {
      id: "send",
      type: "action.call",
      action: "crm.save@1",
      input: { card: x("vars.card"), hasFax: x("$exists(payload.fax)") },
    },
    { id: "done", type: "control.return", output: x("vars.card") },
  ],
  { actions: { "crm.save@1": {} } },
);

test.each([
  ["as it is", (state: RunState) => state],
  ["through JSON between any two events", (state: RunState) => JSON.parse(JSON.stringify(state)) as RunState],
])("[CAS-01] [CASE-3] [INT-02] a null stays null and nothing stays nothing, with a state kept %s", (_, checkpoint) => {
  const calls: Call[] = [];
  const { state, outcome, journal } = run(program, {
    payload: { name: "Sample", phone: null },
    checkpoint,
    act(call) {
      calls.push(call);
      return { output: null };
    },
  });
  const card = { name: "Sample", phone: null };
  expect(calls.map(({ input }) => input)).toStrictEqual([{ card, hasFax: false }]);
  expect(outcome).toStrictEqual({ status: "succeeded", output: card });
  expect(state.vars["card"]).toStrictEqual(card);
  expect(Object.hasOwn(state.vars, "phone")).toBe(true);
  expect(state.vars["phone"]).toBeNull();
  expect(JSON.stringify({ calls, state, journal })).not.toContain("undefined");
});
