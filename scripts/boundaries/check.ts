// Compares the imports of the sources with the table.
import { builtinModules } from "node:module";
import type { Import } from "./imports.ts";
import { packageOf, readSources, runtimeImports, type Source, type Sources } from "./sources.ts";
import { packageRules, reachRules, type PackageRule, type ReachRule } from "./table.ts";

/** Every violation in the tree under `root`, one line each: place, what is wrong, why. */
export function checkBoundaries(root: string): string[] {
  const sources = readSources(root);
  const violations: string[] = [];
  for (const source of sources.files.values()) {
    for (const line of source.starExportLines) {
      violations.push(`${source.path}:${line} exports everything of a module: name what you export`);
    }
    for (const found of source.imports) {
      const problem = importProblem(sources, source, found);
      if (problem !== undefined) violations.push(`${source.path}:${found.line} imports ${found.specifier}: ${problem}`);
    }
  }
  for (const rule of reachRules) violations.push(...reachProblems(sources, rule));
  return violations;
}

function importProblem(sources: Sources, source: Source, found: Import): string | undefined {
  const target = sources.resolve(source, found.specifier);
  if (target === "missing") return "there is no such file or entry";
  if (source.package === undefined) return undefined; // scripts may use everything
  if (found.specifier.startsWith(".")) {
    if (target === undefined || packageOf(target) !== source.package)
      return "another package is imported by its name, never by its path";
    return productImportsTest(sources, source, target);
  }
  if (source.isTest) return undefined; // tests bring whatever they need
  const rule = packageRules[source.package];
  if (rule === undefined) return `the package ${source.package} has no row in scripts/boundaries/table.ts`;
  if (target !== undefined) {
    return workspaceProblem(rule, source, found) ?? productImportsTest(sources, source, target);
  }
  if (isBuiltin(found.specifier)) return nodeProblem(rule, source, found.specifier);
  return thirdPartyProblem(rule, source, found);
}

function workspaceProblem(rule: PackageRule, source: Source, found: Import): string | undefined {
  const entry = found.specifier.slice("@mainspring/".length);
  const name = entry.split("/")[0] ?? entry;
  if (name === source.package) return "a package imports its own files by path";
  const allowed = rule.workspaces.find((row) => row === name || row === entry);
  if (allowed === undefined) return `${source.package} may import ${rule.workspaces.join(", ") || "no other package"}`;
  if (rule.lazy?.includes(name) && found.kind === "value") return `${name} is loaded by import() when it is needed`;
  return undefined;
}

function thirdPartyProblem(rule: PackageRule, source: Source, found: Import): string | undefined {
  const name = found.specifier
    .split("/")
    .slice(0, found.specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const matches = (row: string): boolean => row === name || (row.endsWith("/") && name.startsWith(row));
  const folder = source.path.split("/src/")[1] ?? "";
  const here = Object.entries(rule.thirdPartyIn ?? {}).filter(([prefix]) => folder.startsWith(prefix));
  if (!rule.thirdParty.some(matches) && !here.some(([, names]) => names.some(matches))) {
    const home = Object.entries(rule.thirdPartyIn ?? {}).find(([, names]) => names.some(matches))?.[0];
    return home === undefined ? `${source.package} does not use ${name}` : `only ${home} may use ${name}`;
  }
  if (rule.lazy?.includes(name) && found.kind === "value") return `${name} is loaded by import() when it is needed`;
  return undefined;
}

function nodeProblem(rule: PackageRule, source: Source, specifier: string): string | undefined {
  if (rule.node === "none") return `${source.package} also runs where there is no Node`;
  return specifier.startsWith("node:") ? undefined : `write node:${specifier}`;
}

function productImportsTest(sources: Sources, source: Source, target: string | undefined): string | undefined {
  const isTest = target !== undefined && (sources.files.get(target)?.isTest ?? false);
  return isTest && !source.isTest ? "what we ship does not import what only tests use" : undefined;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

/** Follows imports from each start, and tells for each forbidden thing one way that leads to it. */
function reachProblems(sources: Sources, rule: ReachRule): string[] {
  const problems = new Set<string>();
  for (const start of sources.files.values()) {
    const isStart = rule.from.endsWith("/") ? start.path.startsWith(rule.from) : start.path === rule.from;
    if (!isStart || start.isTest) continue;
    const seen = new Set([start.path]);
    const queue: { source: Source; way: string[] }[] = [{ source: start, way: [start.path] }];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const { specifier } of runtimeImports(next.source, rule.follow)) {
        const target = sources.resolve(next.source, specifier);
        const reached = target ?? specifier;
        const way = [...next.way, reached];
        if (rule.never.some((prefix) => isUnder(reached, prefix))) {
          problems.add(`${start.path} must not load ${reached} (${rule.why}): ${way.join(" -> ")}`);
          continue;
        }
        const source = target === undefined ? undefined : sources.files.get(target);
        if (source === undefined || seen.has(source.path)) continue;
        seen.add(source.path);
        queue.push({ source, way });
      }
    }
  }
  return [...problems];
}

/** `pg` forbids `pg` and `pg/...`, not `pgmq`; a prefix that ends in `/`, `:` or a file path forbids all that begin so. */
function isUnder(reached: string, prefix: string): boolean {
  if (/[/:]$/.test(prefix) || prefix.startsWith("packages/")) return reached.startsWith(prefix);
  return reached === prefix || reached.startsWith(`${prefix}/`);
}
