import type { Issue } from "@mainspring/core";
import type { Io } from "../context.ts";
import { readText } from "../input/read-text.ts";

/** A file with a definition. */
export interface DefinitionFile {
  /** As it was given. */
  readonly file: string;
  readonly text: string;
  /** What was read, where the text is well enough to be read. */
  readonly document: unknown;
  /** The key, where the file is well enough to have one. */
  readonly workflow: string | undefined;
}

/** @throws CliError USAGE when a file cannot be read */
export async function readDefinitions(files: readonly string[], io: Io): Promise<DefinitionFile[]> {
  const { parseDefinition } = await import("@mainspring/core/compile");
  const read: DefinitionFile[] = [];
  for (const file of files) {
    const text = await readText(file, io);
    const parsed = parseDefinition(text);
    const document = "definition" in parsed ? parsed.definition : parsed.document;
    read.push({ file, text, document, workflow: keyOf(document) });
  }
  return read;
}

export function hasErrors(issues: readonly Pick<Issue, "severity">[]): boolean {
  return issues.some(({ severity }) => severity === "error");
}

function keyOf(document: unknown): string | undefined {
  const key = (document as { workflow?: unknown } | null | undefined)?.workflow;
  return typeof key === "string" && /^[a-z][a-z0-9-]{1,62}$/.test(key) ? key : undefined;
}
