import { fileURLToPath } from "node:url";

/**
 * A file of this package by its path without an ending: `.ts` from the sources, `.js` from the built output. For files that others load,
 * whose paths no compiler sees.
 * @param from the `import.meta.url` of whoever asks
 */
export function ownFile(from: string, path: string): string {
  return fileURLToPath(new URL(`${path}${from.endsWith(".ts") ? ".ts" : ".js"}`, from));
}
