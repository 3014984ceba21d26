import type { z } from "zod";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { definitionSchema } from "./definition.ts";
import { typeAt } from "./schema-at.ts";

/** A value of which nothing is known, and in which nothing is wrong. */
export const neutralValue: { readonly $expr: string } = { $expr: "null" };

/**
 * What can stand in the place of a part that is missing or of the wrong type, so that everything around it can be
 * looked at: as little as possible of the right type. Names and numbers in it may still be out of bounds; a made-up id is
 * the pointer of what it is the id of. Undefined where the part is better left out.
 */
export function standInAt(path: readonly (string | number)[], document: Json): Json | undefined {
  if (path.at(-1) === "id") return path.slice(0, -1).map(pointerToken).join("");
  const type = typeAt(definitionSchema(), path, document);
  return type === undefined || isOptionalScalar(type) ? undefined : made(type, path.map(pointerToken).join(""));
}

const scalars: ReadonlySet<string> = new Set(["string", "number", "boolean", "enum", "literal", "union"]);

function isOptionalScalar({ _zod: { def } }: z.core.$ZodType): boolean {
  return def.type === "optional" && scalars.has((def as z.core.$ZodOptionalDef).innerType._zod.def.type);
}

function made(type: z.core.$ZodType, pointer: string): Json {
  const { def } = type._zod;
  switch (def.type) {
    case "optional":
      return made((def as z.core.$ZodOptionalDef).innerType, pointer);
    case "lazy":
      return made((def as z.core.$ZodLazyDef).getter(), pointer);
    case "array":
      // Flow is looked at through the entries of a list that must have some.
      return (type as z.ZodType).safeParse([]).success
        ? []
        : [made((def as z.core.$ZodArrayDef).element, pointer + "/0")];
    case "object":
      return madeObject((def as z.core.$ZodObjectDef).shape, pointer);
    case "record":
      return {};
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "enum":
      return Object.values((def as z.core.$ZodEnumDef).entries)[0] ?? "";
    case "literal":
      return ((def as z.core.$ZodLiteralDef<string | number>).values[0] ?? "") as Json;
    case "union":
      return "discriminator" in def
        ? stepStandIn(pointer)
        : made((def as z.core.$ZodUnionDef).options[0] as z.core.$ZodType, pointer);
    default:
      return { ...neutralValue };
  }
}

function madeObject(shape: z.core.$ZodShape, pointer: string): JsonObject {
  const members: JsonObject = {};
  for (const [key, type] of Object.entries(shape)) {
    if (key === "id") members[key] = pointer;
    else if (type._zod.def.type !== "optional") members[key] = made(type, pointer + pointerToken(key));
  }
  return members;
}

/** A step that does nothing that could matter to others. */
export function stepStandIn(pointer: string): JsonObject {
  return { id: pointer, type: "state.set", state: { ...neutralValue } };
}
