import { usageError } from "../cli-error.ts";

/** The text that bytes are in UTF-8. What is in another encoding would lose characters without a word. @throws CliError USAGE */
export function utf8Text(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usageError(`${file} is not text in UTF-8.`, "Save it as UTF-8, or name another file.");
  }
}
