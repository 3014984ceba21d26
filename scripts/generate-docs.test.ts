import { expect, test } from "vitest";
import { staleFiles } from "./generate-docs.ts";

test("docs/errors.md and mainspring.schema.json are what the code says", async () => {
  expect(await staleFiles()).toEqual([]);
});
