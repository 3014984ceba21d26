import fc from "fast-check";
import { expect, test } from "vitest";
import { buildProgram } from "../testing/build-program.ts";
import { generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { reference } from "../testing/reference.ts";
import { brokenPromise, lines, run } from "../testing/world.ts";
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

/** Errors by what is promised of them: their texts and most details are not. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const members = value as { [key: string]: unknown };
  if (typeof members["category"] === "string" && typeof members["code"] === "string") {
    const { category, code, stepId, nodePath, at, attempt, details } = members;
    const remain = (details as { effectsMayRemain?: unknown } | undefined)?.effectsMayRemain;
    return { category, code, stepId, nodePath, at, attempt, remain };
  }
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, comparable(member)]));
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

test("[LNX-01] [INT-11] [INT-15] the interpreter agrees with a naive recursive one on generated programs and worlds", () => {
  fc.assert(
    fc.property(seeds, (from) => {
      const program = generated(from);
      const world = generateWorld(from.seed);
      const real = run(program, world);
      const naive = reference(program, world);
      // A run that waits for ever: the naive one does not say what for.
      expect(lines(real.trace).map((line) => line.replace("WAITING", "RUNNING"))).toEqual(naive.trace);
      expect(comparable(real.outcome)).toEqual(comparable(naive.outcome));
      expect(comparable(real.state.vars)).toEqual(comparable(naive.vars));
      expect(comparable([real.state.payload, real.state.state])).toEqual(comparable([naive.payload, naive.state]));
      expect(comparable(real.effects)).toEqual(comparable(naive.effects));
    }),
    { numRuns: 2000 },
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
