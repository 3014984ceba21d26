// The checks of `npm test` fail when they should: each is run on a file that breaks its rule.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root, tool } from "./checks.ts";

/** What lint must refuse in core and in the workflow shell, and nowhere else. */
const impure = [
  { rule: "time", text: "export const now = (): number => Date.now();", says: /Unexpected use of 'Date'/ },
  {
    rule: "Temporal's time",
    text: "export const now = (): unknown => Temporal.Now;",
    says: /Unexpected use of 'Temporal'/,
  },
  { rule: "chance", text: "export const dice = (): number => Math.random();", says: /Math\.random/ },
  { rule: "timers", text: "setTimeout(() => {}, 1);", says: /Unexpected use of 'setTimeout'/ },
  { rule: "the process", text: "export const pid = (): number => process.pid;", says: /Unexpected use of 'process'/ },
  { rule: "locale", text: 'export const order = (a: string): number => a.localeCompare("b");', says: /localeCompare/ },
];
/** What it must refuse everywhere. */
const careless = [
  { rule: "any", text: "export const parse = (text: string): any => text;", says: /no-explicit-any/ },
  { rule: "default exports", text: "export default 1;", says: /no-default-export/ },
  { rule: "console", text: 'console.log("here");', says: /no-console/ },
  {
    rule: "a promise that nobody awaits",
    text: "const work = async (): Promise<void> => {};\nwork();\nexport const a = 1;",
    says: /no-floating-promises/,
  },
  {
    rule: "a switch that forgets a kind",
    text: 'export function f(kind: "a" | "b"): number {\n  switch (kind) { case "a": return 1; }\n  return 0;\n}',
    says: /switch-exhaustiveness-check/,
  },
];
const pureFolders = ["packages/core/src/interpreter", "packages/runtime/src/workflow"];

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

// One run over all of them: starting the linter takes longer than linting.
const findings = lint();

test.each(impure.map((row, index) => ({ ...row, index })))(
  "lint refuses $rule in core and in the workflow shell, and only there",
  ({ says, index }) => {
    for (const folder of pureFolders) expect(findings(`${folder}/impure-${index}.ts`)).toMatch(says);
    for (const place of [
      `packages/runtime/src/worker/impure-${index}.ts`,
      `packages/core/src/interpreter/impure-${index}.test.ts`,
    ]) {
      expect(findings(place)).not.toMatch(says);
    }
  },
);

test.each(careless.map((row, index) => ({ ...row, index })))("lint refuses $rule", ({ says, index }) => {
  expect(findings(`packages/api/src/careless-${index}.ts`)).toMatch(says);
});

test("the type check refuses what the packages' settings refuse", () => {
  const folder = tree({
    "packages/core/src/bad.ts": 'import { pid } from "node:process";\nexport const id: string = pid;',
    "packages/core/tsconfig.json": '{ "extends": "../../tsconfig.base.json", "include": ["src"] }',
  });
  const { status, output } = run(folder, [tool("typescript", "tsc"), "-p", "packages/core"]);
  expect(output).toMatch(/bad\.ts\(1,21\): error TS2\d+: Cannot find (module|name) 'node:process'/);
  expect(status).not.toBe(0);
});

test("the format check refuses another layout", () => {
  const folder = tree({ "packages/api/src/bad.ts": "export const a   = 'b'\n" });
  const { status, output } = run(folder, [tool("oxfmt"), "--check", "packages"]);
  expect(output).toContain("packages/api/src/bad.ts");
  expect(status).not.toBe(0);
});

/** Lints one tree with every bad file; what was found in one of them, by its path. */
function lint(): (path: string) => string {
  const files: Record<string, string> = {};
  impure.forEach(({ text }, index) => {
    for (const folder of [...pureFolders, "packages/runtime/src/worker"]) files[`${folder}/impure-${index}.ts`] = text;
    files[`packages/core/src/interpreter/impure-${index}.test.ts`] = text;
  });
  careless.forEach(({ text }, index) => {
    files[`packages/api/src/careless-${index}.ts`] = text;
  });
  const folder = tree(files);
  const { status, output } = run(folder, [tool("oxlint"), "--deny-warnings", "--format=unix", "packages"]);
  if (status === 0) throw new Error("lint found nothing");
  return (path) =>
    output
      .split("\n")
      .filter((line) => line.includes(`${path}:`))
      .join("\n");
}

/** A folder with our settings and these files; packages come from the repository. */
function tree(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-checks-"));
  folders.push(folder);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const name of [".oxlintrc.json", ".oxfmtrc.json", "tsconfig.base.json"])
    copyFileSync(join(root, name), join(folder, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function run(cwd: string, command: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
  return { status, output: stdout + stderr };
}
