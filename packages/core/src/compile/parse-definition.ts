import type { Definition } from "../definition/definition.ts";
import { definitionTextMaxBytes } from "../definition/definition.ts";
import type { Issue } from "../values/issue.ts";
import { Intake, IntakeStopped } from "./intake.ts";
import type { Positions } from "./positions.ts";
import type { ReadDocument } from "./read-json.ts";
import { readJson } from "./read-json.ts";
import { readObject } from "./read-object.ts";
import { readYaml } from "./read-yaml.ts";
import { checkShape, withoutEchoes, withStepIds } from "./shape.ts";

export type ParsedDefinition =
  | { readonly definition: Definition; readonly positions?: Positions }
  | {
      readonly issues: Issue[];
      /** What was read, where the text itself was in order: a draft may have problems of shape. */
      readonly document?: unknown;
    };

/**
 * Reads a definition: YAML 1.2 or JSON text, or an object given in code. Text has positions, so its issues have lines.
 * Every problem is reported at once, but for text whose syntax is broken.
 */
export function parseDefinition(textOrObject: unknown): ParsedDefinition {
  const { read, intake } = readDocument(textOrObject);
  if (read === undefined) return { issues: intake.issues };
  const { value, positions } = read;
  const unread = intake.issues.length;
  const refused = unread > 0;
  const shaped = checkShape(value, positions, intake);
  if (shaped && !refused) return { definition: value, ...(positions === undefined ? {} : { positions }) };
  const issues = withStepIds(withoutEchoes(intake.issues, unread), value);
  return refused ? { issues } : { issues, document: value };
}

/** Reads text or an object, whatever its shape. Nothing is read where the intake's issues say why. */
export function readDocument(textOrObject: unknown): { readonly read?: ReadDocument; readonly intake: Intake } {
  const intake = new Intake();
  try {
    const read = typeof textOrObject === "string" ? readText(textOrObject, intake) : readObject(textOrObject, intake);
    return { read, intake };
  } catch (error) {
    if (!(error instanceof IntakeStopped)) throw error;
    return { intake };
  }
}

function readText(text: string, intake: Intake): ReadDocument {
  if (utf8Bytes(text) > definitionTextMaxBytes) {
    intake.stop("DEFINITION_TOO_LARGE", "", undefined, "The definition has more than 2 MiB of text.");
  }
  if (text.trim() === "") {
    const remedy = "A definition has at least workflow and steps, a file of scenarios has scenarios.";
    intake.stop("DEFINITION_UNREADABLE", "", 1, "The document is empty.", remedy);
  }
  return looksLikeJson(text) ? readJson(text, intake) : readYaml(text, intake);
}

/**
 * JSON begins with a brace and a quoted key. Anything else that begins with a brace is read as YAML, but for comments of
 * another language: whoever writes them means JSON, and is told that it has none.
 */
function looksLikeJson(text: string): boolean {
  return /^\uFEFF?\s*(?:\{\s*(?:["}]|\/[/*])|\[|"|\/[/*])/.test(text);
}

function utf8Bytes(text: string): number {
  if (text.length > definitionTextMaxBytes) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate is one of a pair: two units, four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
