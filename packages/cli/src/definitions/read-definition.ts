import type { Issue } from "@mainspring/core";
import type { Definition, ParsedDefinition, Positions } from "@mainspring/core/compile";
import type { Io } from "../context.ts";
import { readText } from "../input/read-text.ts";

/** A file with a definition, read. */
export interface DefinitionFile {
  /** As it was given. */
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedDefinition;
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
    read.push({
      file,
      text,
      parsed,
      workflow: "definition" in parsed ? parsed.definition.workflow : keyOf(parsed.document),
    });
  }
  return read;
}

export function isReadable(
  parsed: ParsedDefinition,
): parsed is { readonly definition: Definition; readonly positions?: Positions } {
  return "definition" in parsed;
}

export function hasErrors(issues: readonly Pick<Issue, "severity">[]): boolean {
  return issues.some(({ severity }) => severity === "error");
}

function keyOf(document: unknown): string | undefined {
  const key = (document as { workflow?: unknown } | null | undefined)?.workflow;
  return typeof key === "string" && /^[a-z][a-z0-9-]{1,62}$/.test(key) ? key : undefined;
}
