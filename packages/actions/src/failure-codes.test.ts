import { readdir, readFile } from "node:fs/promises";
import { explainCode } from "@mainspring/core";
import { expect, test } from "vitest";

const folder = new URL("./", import.meta.url);

/** The codes that this package's own code writes out in full; `HTTP_<status>` is made at run time. */
async function codesInSource(): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")));
  const codes = texts.flatMap((text) =>
    [...text.matchAll(/(?:code: |invalid(?:At)?\(\s*)"([A-Z][A-Z0-9_]+)"/g)].map((match) => match[1] ?? ""),
  );
  // ENOTFOUND and its like are Node's, and stand in details only.
  return [...new Set(codes)].filter((code) => !/^E[A-Z]+$/.test(code)).toSorted();
}

test("every code that an action's call can end in is explained in the catalogue of errors", async () => {
  const codes = await codesInSource();
  expect(codes).toEqual(
    expect.arrayContaining(["ACTION_INPUT_INVALID", "ACTION_TIMEOUT", "CANCELED", "EGRESS_REFUSED", "HTTP_TIMEOUT"]),
  );
  for (const code of [...codes, "HTTP_404", "HTTP_503"])
    expect(explainCode(code), code).toMatchObject({ remedy: expect.any(String) as string });
});
