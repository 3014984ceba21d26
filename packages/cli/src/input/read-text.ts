import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { usageError } from "../cli-error.ts";
import type { Io } from "../context.ts";
import { utf8Text } from "./utf8-text.ts";

/** The text of a file, or of standard input for `-`. @throws CliError USAGE when there is no such file, or it is not in UTF-8 */
export async function readText(file: string, io: Io): Promise<string> {
  if (file === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return utf8Text(Buffer.concat(chunks), "Standard input");
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(isAbsolute(file) ? file : join(io.cwd, file));
  } catch (error) {
    throw usageError(`${file} cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}.`, "Check the path.");
  }
  return utf8Text(bytes, file);
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
      return "this is not allowed";
    default:
      return message;
  }
}
