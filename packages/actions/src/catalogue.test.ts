import { isJsonObject } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "./action.ts";
import { builtInActions } from "./built-in/built-in-actions.ts";
import { catalogue } from "./catalogue.ts";
import { schemaKeywords, subsetSchema } from "./json-schema.ts";
import { createRegistry } from "./registry.ts";

/** Every keyword of a schema, those of its parts included, with each `format`. */
function keywordsOf(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (!isJsonObject(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (["enum", "const", "default", "examples", "required", "type"].includes(keyword)) return [keyword];
    if (keyword === "format") return [`format ${String(value)}`];
    if (["properties", "$defs"].includes(keyword) && isJsonObject(value))
      return [keyword, ...Object.values(value).flatMap(keywordsOf)];
    return [keyword, ...keywordsOf(value)];
  });
}

const allowed = new Set([
  ...schemaKeywords,
  ...["date", "date-time", "email", "uri", "uuid"].map((name) => `format ${name}`),
]);

test("the catalogue is plain JSON whose schemas keep to our subset of JSON Schema", () => {
  const entries = catalogue(createRegistry(builtInActions));
  expect(JSON.parse(JSON.stringify(entries))).toEqual(entries);
  expect(entries.map((entry) => entry.id)).toEqual([
    "data.delete@1",
    "data.get@1",
    "data.put@1",
    "email.send@1",
    "http.request@1",
    "log.write@1",
    "random.uuid@1",
    "time.now@1",
  ]);
  for (const entry of entries) {
    for (const keyword of [...keywordsOf(entry.inputSchema), ...keywordsOf(entry.outputSchema)])
      expect(allowed).toContain(keyword);
  }
});

test("the catalogue states effect, execution, deadline and batching of each built-in action", () => {
  const facts = catalogue(createRegistry(builtInActions)).map(({ id, effect, execution, batch }) => [
    id,
    effect,
    execution,
    batch,
  ]);
  expect(facts).toEqual([
    ["data.delete@1", "idempotent", "remote", false],
    ["data.get@1", "none", "local", false],
    ["data.put@1", "idempotent", "remote", false],
    ["email.send@1", "idempotent", "remote", false],
    ["http.request@1", "idempotent", "remote", false],
    ["log.write@1", "none", "local", false],
    ["random.uuid@1", "none", "local", false],
    ["time.now@1", "none", "local", false],
  ]);
});

test("what the subset cannot say is left out of a schema, and nothing else", () => {
  const action = defineAction({
    name: "probe.all@1",
    title: "All kinds",
    description: "Every kind of type that zod can say.",
    effect: "none",
    timeoutMs: 1_000,
    input: z.object({
      id: z.uuid(),
      ip: z.ipv4(),
      code: z
        .string()
        .regex(/^[a-z]+$/)
        .max(9),
      map: z.record(z.string().max(3), z.int()),
      pair: z.tuple([z.string(), z.number()]),
      kind: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a") }),
        z.object({ kind: z.literal("b"), pattern: z.string() }),
      ]),
      note: z.string().nullable().default("none"),
    }),
    output: z.object({}),
    run: () => ({}),
  });
  const schema = subsetSchema(action.input, "input");
  for (const keyword of keywordsOf(schema)) expect(allowed).toContain(keyword);
  expect(schema.properties).toMatchObject({
    id: { type: "string", format: "uuid" },
    code: { type: "string", maxLength: 9 },
    map: { type: "object", additionalProperties: { type: "integer" } },
    pair: { prefixItems: [{ type: "string" }, { type: "number" }] },
    note: { default: "none" },
  });
  // A member that happens to be called like a keyword is a member.
  expect(JSON.stringify(schema)).toContain('"pattern":{"type":"string"}');
  expect(schema.required).not.toContain("note");
});
