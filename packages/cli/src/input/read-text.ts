import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { usageError } from "../cli-error.ts";
import type { Io } from "../context.ts";

/** The text of a file, or of standard input for `-`. @throws CliError USAGE when there is no such file */
export async function readText(file: string, io: Io): Promise<string> {
  if (file === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString("utf8");
  }
  try {
    return await readFile(isAbsolute(file) ? file : join(io.cwd, file), "utf8");
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw usageError(`${file} cannot be read: ${reason}.`, "Check the path.");
  }
}
