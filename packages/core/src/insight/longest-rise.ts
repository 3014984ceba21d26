/** The places of the longest subsequence of `numbers` that rises, in order; of several one. */
export function longestRise(numbers: readonly number[]): number[] {
  /** `ends[n]` is the place of the lowest number with which a rise of `n + 1` numbers ends. */
  const ends: number[] = [];
  /** Of each place the one before it in its rise. */
  const before: (number | undefined)[] = [];
  for (const [place, number] of numbers.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    before[place] = ends[low - 1];
    ends[low] = place;
  }
  const rise: number[] = [];
  for (let place = ends.at(-1); place !== undefined; place = before[place]) rise.push(place);
  return rise.reverse();
}
