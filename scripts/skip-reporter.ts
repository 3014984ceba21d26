// Collects the tests that were skipped and why, for the last line of `npm test`.
import { appendFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** The file that the reporter adds to, one JSON line a skipped test. */
export const skipsVariable = "MAINSPRING_SKIPS_FILE";

export type Skip = { test: string; reason: string };

/** A vitest reporter. The reason is the note given to `context.skip(note)`. */
export default class SkipReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const file = process.env[skipsVariable];
    if (file === undefined) return;
    for (const test of module.children.allTests("skipped")) {
      appendFileSync(file, `${JSON.stringify(skipOf(test))}\n`);
    }
  }
}

function skipOf(test: TestCase): Skip {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return { test: `${test.module.relativeModuleId} > ${test.fullName}`, reason: note ?? "no reason given" };
}
