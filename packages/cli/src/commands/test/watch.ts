import { watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";

const settleMs = 100;
const watched = /\.(?:ya?ml|json)$/;

/**
 * Calls `again` whenever a definition or scenario beside the files changes, one time after another, until the signal.
 * @param again gives the files to look at from then on
 */
export async function watchFiles(
  files: readonly string[],
  signal: AbortSignal,
  again: () => Promise<readonly string[]>,
): Promise<void> {
  let watchers: FSWatcher[] = [];
  let changed = false;
  let wake = (): void => {};
  const look = (at: readonly string[]): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [...new Set(at.map((file) => dirname(file)))].map((folder) =>
      watch(folder, (_, name) => {
        if (name !== null && !watched.test(name)) return;
        changed = true;
        wake();
      }),
    );
  };
  look(files);
  try {
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (changed || signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      if (signal.aborted) return;
      // An editor writes a file in several steps.
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      changed = false;
      look(await again());
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}
