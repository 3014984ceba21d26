import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadFileVariables } from "./file-variables.ts";

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-file-variables-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "value"), text);
  return join(folder, "value");
}

test("a secret comes from the file that its variable's name with _FILE names, without the line's end", () => {
  const env: NodeJS.ProcessEnv = { MAINSPRING_MASTER_KEYS_FILE: fileWith("ab12\n"), DATABASE_URL: "postgres://x" };
  loadFileVariables(env);
  expect(env["MAINSPRING_MASTER_KEYS"]).toBe("ab12");
  expect(env["DATABASE_URL"]).toBe("postgres://x");
});

test("a variable that is set both ways, and a file that cannot be read, are refused by name", () => {
  expect(() => loadFileVariables({ DATABASE_URL: "a", DATABASE_URL_FILE: fileWith("b") })).toThrow(
    "DATABASE_URL and DATABASE_URL_FILE are both set",
  );
  expect(() => loadFileVariables({ REDIS_URL_FILE: "/nowhere/redis" })).toThrow(
    "REDIS_URL_FILE names /nowhere/redis, which cannot be read (ENOENT)",
  );
});
