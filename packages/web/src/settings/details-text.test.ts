import type { ReadonlyJson } from "@mainspring/core";
import { expect, test } from "vitest";
import { detailsText, hasDetails } from "./details-text.ts";

test("what an audit entry says besides stands in its line, unless it is too much for one", () => {
  expect(detailsText({ role: "viewer", name: "an old one" })).toBe("role viewer · name an old one");
  expect(detailsText({ version: 2, definitionHash: "14d55bea3dd6".padEnd(64, "0"), note: null })).toBe(
    "version 2 · definition hash 14d55bea3dd6",
  );
  expect(detailsText({ secret: "01a2187e-60b3-7c62-8d1e-127eff2ecb19", enabled: true })).toBe(
    "secret #2ecb19 · enabled true",
  );
  expect(detailsText({ groups: ["billing", "night shift"], egressAllow: [] })).toBe("groups billing, night shift");
  for (const much of [{ spec: { everyMs: 1 } }, { note: "x".repeat(300) }, ["a"], null, {}] as ReadonlyJson[])
    expect(detailsText(much)).toBeUndefined();
  expect([hasDetails(null), hasDetails({}), hasDetails({ spec: {} })]).toEqual([false, false, true]);
});
