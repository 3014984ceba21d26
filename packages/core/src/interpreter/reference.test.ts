import fc from "fast-check";
import { expect, test } from "vitest";
import { buildProgram } from "../testing/build-program.ts";
import { generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { modelCase, runBoth } from "../testing/model-agreement.ts";
import { brokenPromise, run } from "../testing/world.ts";
import { foldJournal } from "../journal/fold.ts";
import { stateHash } from "./machine.ts";
import type { RunState } from "./transition.ts";

const seeds = fc.record({
  seed: fc.integer(),
  size: fc.integer({ min: 1, max: 25 }),
  semantics: fc.constantFrom<1 | 2>(1, 2),
});
const generated = ({
  seed,
  size,
  semantics,
}: {
  seed: number;
  size: number;
  semantics: 1 | 2;
}): ReturnType<typeof buildProgram> =>
  buildProgram(generateSteps(seed, size), { semantics, actions: generatedActions });

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** Printed, and can be given to repeat a run; `npm run fuzz` is the long form. */
const modelSeed = Number(process.env["MODEL_SEED"] ?? 20_270_101);

test("[LNX-01] [INT-11] [INT-15] the interpreter agrees with a naive recursive one on generated programs and worlds", () => {
  process.stdout.write(`generated programs and worlds: 2000 with seed ${modelSeed}\n`);
  fc.assert(
    fc.property(seeds, (from) => {
      const { real, naive } = runBoth(modelCase(from.seed, from.size, from.semantics));
      expect(real).toEqual(naive);
    }),
    { numRuns: 2000, seed: modelSeed },
  );
});

test("[INT-02] [INT-08] [VER-07] [TST-16] a JSON round trip of the state between any two events gives the same journal and the same state", () => {
  fc.assert(
    fc.property(seeds, (from) => {
      const program = generated(from);
      const world = generateWorld(from.seed);
      const plain = run(program, world);
      const checkpoint = (state: RunState): RunState => {
        const again = JSON.parse(JSON.stringify(state)) as RunState;
        expect(again).toStrictEqual(state);
        return again;
      };
      const restarted = run(program, { ...world, checkpoint });
      expect(JSON.stringify(restarted.journal)).toBe(JSON.stringify(plain.journal));
      expect(JSON.stringify(restarted.state)).toBe(JSON.stringify(plain.state));
    }),
    { numRuns: 250 },
  );
});

test("every transition keeps its promises and changes nothing that it was given", () => {
  fc.assert(
    fc.property(seeds, (from) => {
      const program = frozen(generated(from));
      const ran = run(program, {
        ...generateWorld(from.seed),
        checkpoint: frozen,
        watch: (transition, given) => {
          frozen(given?.event);
          expect(brokenPromise(transition, given)).toBeUndefined();
        },
      });
      expect(ran.outcome?.status === "failed" ? ran.outcome.error.category : "").not.toBe("InterpreterCorruption");
    }),
    { numRuns: 250 },
  );
});

test("[TTR-01] after any transition the fold of the journal's inputs is the live state, and at the end it has the recorded hash", () => {
  fc.assert(
    fc.property(seeds, (from) => {
      const program = generated(from);
      const states: { seq: number; state: RunState }[] = [];
      const ran = run(program, {
        ...generateWorld(from.seed),
        watch: ({ state }) => states.push({ seq: state.nextSeq - 1, state }),
      });
      const stored = JSON.parse(JSON.stringify(ran.journal)) as typeof ran.journal;
      for (const { seq, state } of states) {
        const folded = foldJournal(program, stored, undefined, { untilSeq: seq });
        expect(folded).toStrictEqual(state);
        expect(stateHash(folded)).toBe(stateHash(state));
      }
      const last = stored.at(-1);
      if (ran.outcome === undefined) return;
      expect(last).toMatchObject({
        kind: "run",
        data: { stateHash: stateHash(foldJournal(program, stored)), steps: ran.state.counters.steps },
      });
    }),
    { numRuns: 100 },
  );
});
