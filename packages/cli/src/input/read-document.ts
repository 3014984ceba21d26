import type { JsonObject } from "@mainspring/core";
import { usageError } from "../cli-error.ts";
import type { Io } from "../context.ts";
import { readText } from "./read-text.ts";

/**
 * The YAML or JSON document of a file, read as definitions are; what must be in it is for the server to say, with the place.
 * @param kind what it describes, such as `calendar`
 * @param members what such a document has, in words
 * @throws CliError USAGE when it cannot be read or has no members
 */
export async function readDocument(
  file: string,
  io: Io,
  { kind, members }: { readonly kind: string; readonly members: string },
): Promise<JsonObject> {
  const { parseDefinition } = await import("@mainspring/core/compile");
  const { document, issues } = parseDefinition(await readText(file, io)) as {
    readonly document?: unknown;
    readonly issues?: readonly { readonly message: string }[];
  };
  if (typeof document === "object" && document !== null && !Array.isArray(document)) return document as JsonObject;
  throw usageError(
    `${file} is not one of a ${kind}: ${issues?.[0]?.message ?? "it has no members."}`,
    `The document of a ${kind} has ${members}.`,
  );
}
