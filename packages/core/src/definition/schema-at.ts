import type { z } from "zod";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** What a schema says about one place of a document. */
export interface SchemaPlace {
  readonly description?: string;
  /** The keys of an object; none elsewhere. */
  readonly keys: readonly string[];
}

/** The part of a schema that describes a place; where a union stands the document decides. */
export function schemaAt(
  schema: z.ZodType,
  path: readonly (string | number)[],
  document: Json,
): SchemaPlace | undefined {
  const { type, value } = walked(schema, path, document);
  if (type === undefined) return undefined;
  const found = resolved(type, value);
  if (found === undefined) return undefined;
  const description = path.length === 0 ? undefined : descriptionOf(type);
  const shape = found._zod.def.type === "object" ? (found._zod.def as z.core.$ZodObjectDef).shape : {};
  return { ...(description === undefined ? {} : { description }), keys: Object.keys(shape) };
}

/** The part of a schema that describes a place, as it was declared; where a union stands on the way the document decides. */
export function typeAt(
  schema: z.ZodType,
  path: readonly (string | number)[],
  document: Json,
): z.core.$ZodType | undefined {
  return walked(schema, path, document).type;
}

function walked(
  schema: z.ZodType,
  path: readonly (string | number)[],
  document: Json,
): { readonly type: z.core.$ZodType | undefined; readonly value: Json | undefined } {
  let type: z.core.$ZodType | undefined = schema;
  let value: Json | undefined = document;
  for (const key of path) {
    const def: z.core.$ZodTypeDef | undefined = type === undefined ? undefined : resolved(type, value)?._zod.def;
    type = def === undefined ? undefined : child(def, key);
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as { readonly [key: string]: Json })[key]
        : undefined;
  }
  return { type, value };
}

function child(def: z.core.$ZodTypeDef, key: string | number): z.core.$ZodType | undefined {
  switch (def.type) {
    case "object":
      return (def as z.core.$ZodObjectDef).shape[key];
    case "array":
      return (def as z.core.$ZodArrayDef).element;
    case "record":
      return (def as z.core.$ZodRecordDef).valueType;
    default:
      return undefined;
  }
}

/** Without its wrappers; of a union the option that fits the value. */
function resolved(schema: z.core.$ZodType, value: Json | undefined): z.core.$ZodType | undefined {
  const { def } = schema._zod;
  switch (def.type) {
    case "optional":
      return resolved((def as z.core.$ZodOptionalDef).innerType, value);
    case "lazy":
      return resolved((def as z.core.$ZodLazyDef).getter(), value);
    case "union": {
      const options = (def as z.core.$ZodUnionDef).options.flatMap((option) => {
        const found = resolved(option, value);
        return found?._zod.def.type === "object" ? [found] : [];
      });
      const type = isJsonObject(value) ? value["type"] : undefined;
      const typed = options.find((option) => {
        const literal = (option._zod.def as z.core.$ZodObjectDef).shape["type"]?._zod.def as
          | z.core.$ZodLiteralDef<string>
          | undefined;
        return literal?.values?.includes(type as string) === true;
      });
      return typed ?? (options.length === 1 ? options[0] : undefined);
    }
    default:
      return schema;
  }
}

function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const { description } = schema as z.ZodType;
  if (description !== undefined) return description;
  const { def } = schema._zod;
  return def.type === "optional" ? descriptionOf((def as z.core.$ZodOptionalDef).innerType) : undefined;
}
