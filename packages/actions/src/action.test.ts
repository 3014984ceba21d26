import { expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "./action.ts";
import type { ActionDefinition } from "./action.ts";
import { createRegistry } from "./registry.ts";

const quote: ActionDefinition<z.ZodObject, z.ZodObject> = {
  name: "quote.delay@1",
  title: "Delay a quote",
  description: "Moves a quote's date.",
  effect: "idempotent",
  timeoutMs: 5_000,
  input: z.object({}),
  output: z.object({}),
  run: () => ({}),
};

test("an action is remote, unbatched and without secrets unless it says otherwise", () => {
  expect(defineAction(quote)).toMatchObject({ id: "quote.delay@1", execution: "remote", batch: false, secrets: [] });
});

test.each([
  ["a name without a major", { name: "quote.delay" }, /<pack>\.<name>@<major>/],
  ["a name with capitals", { name: "Quote.delay@1" }, /<pack>\.<name>@<major>/],
  ["major zero", { name: "quote.delay@0" }, /<pack>\.<name>@<major>/],
  ["no time at all", { timeoutMs: 0 }, /timeoutMs/],
  ["more than a day", { timeoutMs: 86_400_001 }, /timeoutMs/],
  ["a local action with an effect", { execution: "local" }, /only an action without effect/],
  ["a local action over 5 s", { execution: "local", effect: "none", timeoutMs: 5_001 }, /at most 5000/],
  ["a batch of what must not be repeated", { batch: true, effect: "once" }, /cannot be batched/],
] as const)("a definition with %s is refused where it is made", (_, change, message) => {
  expect(() => defineAction({ ...quote, ...change })).toThrow(message);
});

test("a local action without effect and within 5 s is accepted", () => {
  expect(defineAction({ ...quote, execution: "local", effect: "none" }).execution).toBe("local");
});

test("the registry finds by id, lists in order and refuses the same id twice", () => {
  const one = defineAction(quote);
  const other = defineAction({ ...quote, name: "quote.accept@1" });
  const registry = createRegistry([one, other]);
  expect(registry.get("quote.delay@1")).toBe(one);
  expect(registry.get("constructor")).toBeUndefined();
  expect(registry.list().map((action) => action.id)).toEqual(["quote.accept@1", "quote.delay@1"]);
  expect(() => createRegistry([one, one])).toThrow("quote.delay@1 is registered twice");
});
