import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./checks.ts";
import { skipsVariable } from "./skip-reporter.ts";
import { summarise } from "./summary.ts";

const passed = { name: "unit", ok: true, tookMs: 1_200 };
const skip = { test: "stream.test.ts > reads", reason: "no Redis" };

test("the last line says that nothing was skipped, or what and why", () => {
  expect(summarise([passed], [], "ci")).toEqual({
    lines: ["unit 1.2 s, together 1.2 s", "Everything that ran passed.", "Skipped: nothing."],
    exitCode: 0,
  });
  const { lines, exitCode } = summarise([passed], [skip, { ...skip, test: "another" }], "local");
  expect(lines.at(-1)).toBe("Skipped: 2 (no Redis).");
  expect(lines).toContain("skipped: stream.test.ts > reads (no Redis)");
  expect(exitCode).toBe(0);
});

test("[DEV-02] in CI a skip is a failure", () => {
  const { lines, exitCode } = summarise([passed], [skip], "ci");
  expect(lines.at(-1)).toBe("Skipped: 1 (no Redis), which is a failure in CI.");
  expect(exitCode).toBe(1);
});

test("a stage that failed is named", () => {
  const { lines, exitCode } = summarise([passed, { ...passed, name: "lint", ok: false }], [], "local");
  expect(lines).toContain("Failed: lint.");
  expect(exitCode).toBe(1);
});

test("[DEV-02] the reporter writes down each skipped test with its reason", () => {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-skips-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "some.test.ts"),
    `import { test } from "vitest";
     test("runs", () => {});
     test("needs Redis", (context) => context.skip("no Redis"));
     test.skip("is left out", () => {});`,
  );
  const args = ["run", "--root", folder, `--reporter=${join(root, "scripts/skip-reporter.ts")}`];
  const file = join(folder, "skips.jsonl");
  const { status } = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
    cwd: folder,
    env: { ...process.env, [skipsVariable]: file },
  });
  expect(status).toBe(0);
  expect(
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { test: "some.test.ts > needs Redis", reason: "no Redis" },
    { test: "some.test.ts > is left out", reason: "no reason given" },
  ]);
});
