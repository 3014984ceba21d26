// Chance that can be repeated: `MAINSPRING_SEED` brings back what a printed seed had brought.

export type Chance = {
  seed: number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
};

export function newChance(
  seed = Number(process.env["MAINSPRING_SEED"] || Math.floor(Math.random() * 2 ** 31)),
): Chance {
  process.stdout.write(`seed ${seed}: MAINSPRING_SEED=${seed} repeats it\n`);
  let state = seed >>> 0;
  // Marsaglia's xorshift, which zero would never leave.
  const next = (): number => {
    state = state === 0 ? 1 : state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  return { seed, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
