import { checkInput, isJsonObject, type Json } from "@mainspring/core";

export type PayloadReading =
  | { readonly ok: true; readonly payload: Json }
  | { readonly ok: false; readonly problem: string };

/** Reads what was typed as a payload; a problem says where. */
export function readPayload(text: string): PayloadReading {
  if (text.trim() === "") return { ok: true, payload: {} };
  let payload: Json;
  try {
    payload = JSON.parse(text) as Json;
  } catch (error) {
    return { ok: false, problem: `This is not JSON: ${placeOf(text, error)}` };
  }
  const [first] = checkInput(payload);
  if (first !== undefined)
    return { ok: false, problem: `${first.code} at ${first.pointer === "" ? "the top" : first.pointer}` };
  return { ok: true, payload };
}

/** Browsers say where in words of their own; a position is turned into a line. */
function placeOf(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return message;
  const line = text.slice(0, Number(position)).split("\n").length;
  return message.includes("line ") ? message : `${message} (line ${line})`;
}

/** A payload to begin with, from the workflow's payload schema: each required property with a value of its type. */
export function payloadTemplate(definition: unknown): string {
  const schema = isRecord(definition) ? definition["payload"] : undefined;
  const value = exampleOf(schema, 0);
  return JSON.stringify(isJsonObject(value) ? value : {}, undefined, 2);
}

function exampleOf(schema: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > 4) return null;
  if ("default" in schema) return schema["default"];
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (Array.isArray(schema["examples"]) && schema["examples"].length > 0) return schema["examples"][0];
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "object": {
      const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
      const required = Array.isArray(schema["required"])
        ? schema["required"].filter((name) => typeof name === "string")
        : [];
      return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name], depth + 1)]));
    }
    case "array":
      return [];
    case "string":
      return "";
    case "integer":
    case "number":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 0;
    case "boolean":
      return false;
    default:
      return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
