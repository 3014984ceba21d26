import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "..");

test.each(["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])("every path named in %s exists", (file) => {
  const text = readFileSync(join(repository, file), "utf8");
  const inCode = [...text.matchAll(/`((?:packages|scripts|docs|examples)\/[^`\s{}<>]+)`/g)].map(
    (match) => match[1] as string,
  );
  const inLinks = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] as string);
  const named = [...inCode, ...inLinks];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});
