// What one source file imports, read from its syntax.
import { parseSync } from "oxc-parser";

export type Import = {
  specifier: string;
  /** `type` leaves nothing behind when the types are stripped; `dynamic` is `import()`. */
  kind: "value" | "type" | "dynamic";
  line: number;
};

export type FileImports = { imports: Import[]; starExportLines: number[] };

/** Throws when the file cannot be parsed, or when an `import()` does not name its module by a plain string. */
export function readImports(path: string, text: string): FileImports {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length;
  // `import { type A }` leaves `import {}` behind, which runs the module; only `import type` vanishes.
  const kindAt = (offset: number): "value" | "type" =>
    /^(import|export)\s+type\b/.test(text.slice(offset, offset + 40)) ? "type" : "value";

  const imports: Import[] = module.staticImports.map(({ start, moduleRequest }) => ({
    specifier: moduleRequest.value,
    kind: kindAt(start),
    line: lineAt(start),
  }));
  const starExportLines: number[] = [];
  for (const { start, entries } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (from) imports.push({ specifier: from.value, kind: kindAt(start), line: lineAt(start) });
    if (entries.some((entry) => entry.importName.kind === "AllButDefault")) starExportLines.push(lineAt(start));
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end);
    const specifier = /^(["'`])([^$]*)\1$/s.exec(written)?.[2];
    if (specifier === undefined) continue; // a computed module, such as a test's fixture
    imports.push({ specifier, kind: "dynamic", line: lineAt(start) });
  }
  return { imports, starExportLines };
}
