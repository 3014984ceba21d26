import { pointerKeys } from "../values/pointer.ts";

/** Where the parts of a parsed document stand in its text. */
export interface Positions {
  /** The 1-based line of what an RFC 6901 pointer names, or of the nearest thing around it that is there. */
  lineOf(pointer: string): number;
}

/** Lines of the members or elements of each container; containers are told apart by identity. */
export class LineMap {
  readonly #lines = new WeakMap<object, { readonly [key: string]: number } | readonly number[]>();

  set(container: object, lines: { readonly [key: string]: number } | readonly number[]): void {
    this.#lines.set(container, lines);
  }

  /** Lookup by pointer in the document that was read. */
  positions(root: unknown, rootLine: number): Positions {
    return { lineOf: (pointer) => this.#lineOf(root, rootLine, pointer) };
  }

  #lineOf(root: unknown, rootLine: number, pointer: string): number {
    let line = rootLine;
    let at: unknown = root;
    for (const key of pointerKeys(pointer) ?? []) {
      if (typeof at !== "object" || at === null) break;
      const lines = this.#lines.get(at) as { readonly [key: string]: number } | undefined;
      if (lines === undefined || !Object.hasOwn(lines, key)) break;
      line = lines[key] as number;
      at = (at as { readonly [key: string]: unknown })[key];
    }
    return line;
  }
}
