/** The variables that may be read, innermost scope first. */
export class Variables {
  readonly #names = new Set<string>();
  readonly #outer: Variables | undefined;

  constructor(outer: Variables | undefined, names: readonly string[] = []) {
    this.#outer = outer;
    for (const name of names) this.#names.add(name);
  }

  add(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#outer?.has(name) ?? false);
  }
}
