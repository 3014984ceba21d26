/** Variables that are certainly set at a place: those of the places around it, and its own. */
export class KnownVariables {
  readonly #outer: KnownVariables | undefined;
  readonly own: Set<string>;

  constructor(outer?: KnownVariables, own: Iterable<string> = []) {
    this.#outer = outer;
    this.own = new Set(own);
  }

  has(name: string): boolean {
    return this.own.has(name) || (this.#outer?.has(name) ?? false);
  }

  /** What a block inside of this place adds is kept apart until it is known whether the block runs. */
  inside(): KnownVariables {
    return new KnownVariables(this);
  }
}

/** What is set after one of several blocks has run, whichever it was; a block that never ends normally does not count. */
export function setByAll(blocks: readonly (KnownVariables | undefined)[]): string[] {
  const ending = blocks.filter((block) => block !== undefined);
  const [first, ...others] = ending;
  if (first === undefined) return [];
  return [...first.own].filter((name) => others.every((other) => other.own.has(name)));
}
