import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../processes/repository.ts";
import { runHere } from "../../testing/captured-io.ts";
import { documentedFiles } from "../../testing/documented-files.ts";
import { emptyFolder } from "../../testing/run-cli.ts";

function folderOf(files: { readonly [name: string]: string }): string {
  const folder = join(emptyFolder(), "documented");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("[SCN-01] the example of docs/language/scenarios.md passes as it stands", async () => {
  const docs = readFileSync(join(repository, "docs", "language", "scenarios.md"), "utf8");
  const blocks = [...docs.matchAll(/^```yaml\n# (\S+)\n([^]*?)^```/gm)].map(([, name = "", text = ""]) => [name, text]);
  expect(blocks.map(([name]) => name)).toEqual(["order.flow.yaml", "order.test.yaml"]);
  const cwd = folderOf(Object.fromEntries(blocks) as { [name: string]: string });
  const { code, stdout } = await runHere(["test"], { cwd });
  expect(stdout).toMatch(/\n3 scenarios passed, in /);
  expect(code).toBe(0);
});

const documented = [
  ...readFileSync(join(repository, "docs", "cli.md"), "utf8").matchAll(
    /^(mainspring test\b.*?)(?:\s+# exit code (\d))?$/gm,
  ),
].map(([, line = "", code = "0"]) => ({ line, code: Number(code) }));

test("docs/cli.md shows how scenarios are run", () => {
  expect(documented.length).toBeGreaterThanOrEqual(5);
});

test.each(documented)("[CLI-01] $line ends with $code", async ({ line, code }) => {
  const cwd = folderOf(documentedFiles);
  const ran = await runHere(line.split(" ").slice(1), { cwd });
  expect(ran.code, ran.stdout + ran.stderr).toBe(code);
});
