import { expect, test } from "vitest";
import { canonicalHash } from "../canonical/canonical-hash.ts";
import type { JournalEntry, RunState } from "../interpreter/transition.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import { chance, generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { run } from "../testing/world.ts";
import { momentAt, showState } from "./moment.ts";

test("[TTR-01] at 100 random points of generated runs a past moment equals the state that the run had, entry by entry", () => {
  const random = chance(20_261_124);
  let points = 0;
  for (let seed = 1; points < 100; seed += 1) {
    const program = buildProgram(generateSteps(seed, 15), { actions: generatedActions });
    const states = new Map<number, RunState>();
    const { journal } = run(program, {
      ...generateWorld(seed),
      watch: ({ state }) => void states.set(state.nextSeq - 1, state),
    });
    const stored = JSON.parse(JSON.stringify(journal)) as JournalEntry[];
    const ends = [...states.keys()];
    for (let i = 0; i < 5; i += 1) {
      const seq = ends[Math.floor(random() * ends.length)] ?? 1;
      const moment = momentAt(program, stored, seq);
      expect(canonicalHash(moment?.state), `seed ${seed}, entry ${seq}`).toBe(canonicalHash(states.get(seq)));
      points += 1;
    }
    // Whatever the entry, its moment tells of entries around it, and no entry belongs to none.
    for (const { seq, at } of stored) {
      const moment = momentAt(program, stored, seq);
      expect([moment?.at, (moment?.span.from ?? 0) <= seq, seq <= (moment?.span.to ?? 0)], `seed ${seed}`).toEqual([
        at,
        true,
        true,
      ]);
    }
  }
});

test("[TTR-01] of steps that were made in one go each has a moment of its own, with what it changed", () => {
  const program = buildProgram([
    { id: "one", type: "transform.assign", assign: { "vars.n": 1 } },
    { id: "two", type: "transform.assign", assign: { "vars.n": x("vars.n + 1"), "payload.seen": true } },
    { id: "three", type: "state.set", state: "COUNTED" },
    { id: "done", type: "control.return", output: x("vars.n") },
  ]);
  const { journal } = run(program, { payload: { p: 1 } });
  const changesOf = (stepId: string) => {
    const entry = journal.find((one) => one.kind === "step" && one.stepId === stepId && one.status === "SUCCEEDED");
    return momentAt(program, journal, entry?.seq ?? 0)?.changes;
  };
  expect(changesOf("one")).toEqual([{ scope: "vars", pointer: "/n", kind: "added", after: 1 }]);
  expect(changesOf("two")).toEqual([
    { scope: "payload", pointer: "/seen", kind: "added", after: true },
    { scope: "vars", pointer: "/n", kind: "changed", before: 1, after: 2 },
  ]);
  expect(changesOf("three")).toEqual([
    { scope: "state", pointer: "", kind: "changed", before: null, after: "COUNTED" },
  ]);
  expect(momentAt(program, journal, journal.length + 1)).toBeUndefined();
});

test("[TTR-01] a moment shows loops by their position, what is called, and what each branch has for itself", () => {
  const program = buildProgram(
    [
      {
        id: "each",
        type: "control.forEach",
        items: ["a", "b", "c"],
        concurrency: 2,
        body: [
          { id: "own", type: "transform.assign", assign: { "vars.mine": x("item") } },
          { id: "call", type: "action.call", action: "test.same@1", input: x("item") },
        ],
      },
    ],
    { actions: generatedActions },
  );
  const { journal } = run(program, { act: () => ({ never: true }) });
  const shown = showState((momentAt(program, journal, journal.at(-1)?.seq ?? 0) as { state: RunState }).state);
  expect(shown.frames).toMatchObject([
    {
      fiber: 0,
      frames: [{ kind: "sequence" }, { kind: "concurrent", stepId: "each", next: 2, length: 3, concurrency: 2 }],
    },
    { item: 0, own: { mine: "a" }, frames: [{ kind: "sequence" }, { kind: "step", stepId: "call", iteration: [0] }] },
    { item: 1, own: { mine: "b" } },
  ]);
  expect(shown.calls).toMatchObject([
    { action: "test.same@1", input: "a", iteration: [0] },
    { action: "test.same@1", input: "b", iteration: [1] },
  ]);
});
