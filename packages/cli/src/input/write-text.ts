import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { usageError } from "../cli-error.ts";
import type { Io } from "../context.ts";

/**
 * Writes a file that a person named, and gives its path. With `flag: "wx"` one that is there is never touched.
 * @throws CliError USAGE when it cannot be written
 */
export async function writeText(file: string, text: string, io: Io, flag: "w" | "wx" = "w"): Promise<string> {
  const path = resolve(io.cwd, file);
  try {
    await writeFile(path, text, { flag });
    return path;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw usageError(`${file} is there already.`, "Change it, or remove it first.");
    throw usageError(
      `${file} cannot be written: ${code === "ENOENT" ? "there is no such folder" : message}.`,
      "Check the path.",
    );
  }
}
