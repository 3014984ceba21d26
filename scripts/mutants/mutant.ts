/** A deliberate fault: one that a real mistake would make. */
export interface Mutant {
  /** What the mistake does, as a sentence without its full stop. */
  readonly what: string;
  /** Below packages/core/src. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly before: string;
  readonly after: string;
  /** The test files that must catch it, below packages/core/src. */
  readonly tests: readonly string[];
}
