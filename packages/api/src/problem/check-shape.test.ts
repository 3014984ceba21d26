import { expect, test } from "vitest";
import { z } from "zod";
import { checkShape } from "./check-shape.ts";

const shape = z.strictObject({
  side: z.union([z.literal("draft"), z.coerce.number().int()]),
  filter: z.strictObject({ ids: z.array(z.uuid()).min(1) }).optional(),
  "a/b": z.string().optional(),
});

function issuesOf(value: unknown): string[] {
  try {
    checkShape(shape, value);
    return [];
  } catch (error) {
    const { details } = error as { details: { issues: { code: string; pointer: string; remedy: string }[] } };
    expect(details.issues.every(({ remedy }) => remedy !== "")).toBe(true);
    return details.issues.map(({ code, pointer }) => `${code} ${pointer}`);
  }
}

test.each<[unknown, string[]]>([
  [{ side: "draft" }, []],
  [{ side: "3" }, []],
  [{}, ["FIELD_MISSING /side"]],
  [{ side: "4th" }, ["FIELD_INVALID /side"]],
  [{ side: 1, filter: {} }, ["FIELD_MISSING /filter/ids"]],
  [{ side: 1, filter: { ids: [] } }, ["FIELD_INVALID /filter/ids"]],
  [{ side: 1, filter: { ids: ["x"], more: 1 } }, ["FIELD_INVALID /filter/ids/0", "FIELD_UNKNOWN /filter/more"]],
  [{ side: 1, "a/b": 7 }, ["FIELD_TYPE /a~1b"]],
  [undefined, ["FIELD_MISSING "]],
  [null, ["FIELD_TYPE "]],
])("%j has the issues %j, each at its place", (value, issues) => {
  expect(issuesOf(value)).toEqual(issues);
});
