/** A deliberate fault: one that a real mistake would make. */
export interface Mutant {
  /** What the mistake does, as a sentence without its full stop. */
  readonly what: string;
  /** The package that it is made in; left out: core. */
  readonly package?: string;
  /** Below the package's `src`. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly before: string;
  readonly after: string;
  /** The test files that must catch it, below the package's `src`; `packages/...` for those of another package. */
  readonly tests: readonly string[];
}

/** Below the repository. */
export function faultPath({ package: name = "core", file }: Mutant): string {
  return `packages/${name}/src/${file}`;
}

export function testPaths({ package: name = "core", tests }: Mutant): string[] {
  return tests.map((test) => (test.startsWith("packages/") ? test : `packages/${name}/src/${test}`));
}

/** Whether its tests need Postgres and Temporal. */
export function needsServices(mutant: Mutant): boolean {
  return mutant.tests.some((test) => test.endsWith(".integration.test.ts"));
}
