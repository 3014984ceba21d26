import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtInCatalogue } from "../packages/actions/src/built-in/built-in-catalogue.ts";
import { actionErrorPatterns } from "../packages/core/src/errors/action.ts";
import type { ErrorEntry } from "../packages/core/src/errors/catalogue.ts";
import { errorAreas } from "../packages/core/src/errors/errors.ts";
import { definitionJsonSchema, scenarioFileJsonSchema } from "../packages/core/src/definition/json-schema.ts";
import { stepPages } from "./step-pages.ts";

/** Files that are made from the code, by their path in the repository. */
export function generatedFiles(): { readonly [path: string]: string } {
  // Editors complete what comes with the product; a call of any other action is as good to them.
  const schema = definitionJsonSchema({ actions: builtInCatalogue() });
  return {
    ...stepPages(definitionJsonSchema()),
    "docs/errors.md": errorsPage(),
    "packages/core/mainspring.schema.json": JSON.stringify(schema, undefined, 2) + "\n",
    "packages/core/mainspring.scenarios.schema.json": JSON.stringify(scenarioFileJsonSchema(), undefined, 2) + "\n",
  };
}

/** The generated files that differ from what is in the repository. */
export async function staleFiles(): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of Object.entries(generatedFiles())) {
    const written = await readFile(join(root, path), "utf8").catch(() => "");
    if (written !== text) stale.push(path);
  }
  return stale;
}

const root = fileURLToPath(new URL("..", import.meta.url));

function errorsPage(): string {
  const lines = [
    "# Error codes",
    "",
    "<!-- Made by scripts/generate-docs.ts from packages/core/src/errors; do not edit. -->",
    "",
    "Every code, what it means and what to do. `mainspring explain CODE` says the same, and so do the API and Run Studio.",
    "A code that authors raise, or that an action gives, may be one of their own.",
  ];
  for (const { title, about, errors } of errorAreas) {
    lines.push("", `## ${title}`, "", about);
    const patterns =
      title === "Actions" ? actionErrorPatterns.map((pattern) => [pattern.shownAs, pattern] as const) : [];
    for (const [code, entry] of [...Object.entries(errors), ...patterns]) lines.push("", ...section(code, entry));
  }
  return lines.join("\n") + "\n";
}

function section(code: string, { title, status, explanation, remedy }: ErrorEntry): string[] {
  const http = status === undefined ? "" : ` (HTTP ${status})`;
  return [
    `### \`${code}\``,
    "",
    `**${escaped(title)}**${http}. ${escaped(explanation)}`,
    "",
    `*Remedy:* ${escaped(remedy)}`,
  ];
}

function escaped(text: string): string {
  return text.replace(/[<>*_|]/g, (character) =>
    character === "<" ? "&lt;" : character === ">" ? "&gt;" : "\\" + character,
  );
}

async function main(): Promise<void> {
  if (process.argv.includes("--check")) {
    const stale = await staleFiles();
    for (const path of stale) process.stderr.write(`${path} is out of date: run node scripts/generate-docs.ts\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const [path, text] of Object.entries(generatedFiles())) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

if (import.meta.main) await main();
