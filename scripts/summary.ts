// The end of `npm test`: what took how long, what failed, and in the last line what was not tested and why.
import type { Skip } from "./skip-reporter.ts";

export type Stage = { name: string; ok: boolean; tookMs: number };

/** In CI everything that the tests need is there, so a skip is a failure. */
export function summarise(
  stages: Stage[],
  skips: Skip[],
  place: "ci" | "local",
): { lines: string[]; exitCode: number } {
  const failed = stages.filter(({ ok }) => !ok).map(({ name }) => name);
  const isSkipFailure = place === "ci" && skips.length > 0;
  const times = stages.map(({ name, tookMs }) => `${name} ${seconds(tookMs)}`).join(", ");
  const togetherMs = stages.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const reasons = [...new Set(skips.map(({ reason }) => reason))].join("; ");
  return {
    lines: [
      `${times}, together ${seconds(togetherMs)}`,
      ...skips.map(({ test, reason }) => `skipped: ${test} (${reason})`),
      failed.length === 0 ? "Everything that ran passed." : `Failed: ${failed.join(", ")}.`,
      skips.length === 0
        ? "Skipped: nothing."
        : `Skipped: ${skips.length} (${reasons})${isSkipFailure ? ", which is a failure in CI" : ""}.`,
    ],
    exitCode: failed.length > 0 || isSkipFailure ? 1 : 0,
  };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
