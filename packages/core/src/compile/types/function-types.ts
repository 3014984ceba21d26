import type { Type } from "./type.ts";
import { anything, boolean, itemOf, listOf, number, sequenceOf, text, union } from "./type.ts";

const texts = (
  "string uppercase lowercase trim substring substringBefore substringAfter replace pad join base64encode base64decode " +
  "encodeUrl encodeUrlComponent decodeUrl decodeUrlComponent formatNumber formatBase formatInteger fromMillis nowIso toString type"
).split(" ");
const numbers =
  "number abs floor ceil round power sqrt sum max min average count length toMillis parseInteger len".split(" ");
const booleans = "boolean not exists contains".split(" ");

const fixed = new Map<string, Type>([
  ...texts.map((name) => [name, text] as const),
  ...numbers.map((name) => [name, number] as const),
  ...booleans.map((name) => [name, boolean] as const),
  ["split", listOf(() => text)],
  ["keys", sequenceOf(text)],
]);

/** Functions that give the list that they were given, or a part of it. */
const selecting: ReadonlySet<string> = new Set(["sort", "reverse", "distinct", "filter", "single"]);

/** What a function gives where it gives something. */
export function resultOf(name: string, args: readonly Type[]): Type {
  const known = fixed.get(name);
  if (known !== undefined) return known;
  const [first] = args;
  if (first === undefined) return anything;
  // A list of none stays one.
  if (selecting.has(name))
    return union(
      sequenceOf(itemOf(first)),
      listOf(() => itemOf(first)),
    );
  if (name === "coalesce") return union(...args);
  return anything;
}
