import { readFileSync } from "node:fs";

/** The object in a JSON file; undefined when the file is not there, not readable or holds something else. */
export function readJsonFile(file: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null && !Array.isArray(content)
      ? (content as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A member that is a text and not empty. */
export function textOf(content: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = content?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
