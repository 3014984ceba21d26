import { fullPath, openapi } from "@mainspring/api";
import type { NamedRoute } from "@mainspring/api";
import { validate } from "@mainspring/core";
import type { Json } from "@mainspring/core";

interface Content {
  readonly content?: { readonly [type: string]: { readonly schema: { readonly $ref?: string } } };
}
interface Described {
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly requestBody?: Content & { readonly required: boolean };
        readonly responses: { readonly [status: string]: Content & { readonly description: string } };
      };
    };
  };
  readonly components: { readonly schemas: { readonly [name: string]: Json } };
}

const described = openapi() as unknown as Described;

/** What of a request that was answered, and of its reply, is not as the OpenAPI document says. */
export function misdescribed(
  { id, route }: NamedRoute,
  sent: string | undefined,
  reply: { readonly status: number; readonly contentType: string | null; readonly text: string },
): string[] {
  const operation = described.paths[fullPath(route).replace(/:(\w+)/g, "{$1}")]?.[route.method.toLowerCase()];
  const response = operation?.responses[reply.status];
  if (operation === undefined || response === undefined) return [`${id}: ${reply.status} is not described`];
  const type = reply.contentType?.split(";", 1)[0] ?? "";
  const problems = [];
  if (reply.status < 400 && sent !== undefined) {
    if (operation.requestBody === undefined) problems.push(`${id}: the body is not described`);
    else problems.push(...mismatch(`${id} body`, operation.requestBody, "application/json", sent));
  }
  if (reply.status >= 400) {
    const { code } = JSON.parse(reply.text) as { readonly code: string };
    if (!response.description.includes(`\`${code}\``)) problems.push(`${id}: ${reply.status} ${code} is not described`);
  }
  if (type !== "" || response.content !== undefined)
    problems.push(...mismatch(`${id} ${reply.status}`, response, type, reply.text));
  return problems;
}

function mismatch(what: string, { content }: Content, type: string, text: string): string[] {
  const schema = content?.[type]?.schema;
  if (schema === undefined) return [`${what}: the content type "${type}" is not described`];
  if (schema.$ref === undefined) return []; // text
  const named = described.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
  if (named === undefined) return [`${what}: ${schema.$ref} leads nowhere`];
  return validate(withoutPatterns(named), JSON.parse(text) as Json).map(
    ({ pointer, message }) => `${what}${pointer}: ${message}`,
  );
}

/** What our own validation of schemas leaves to others. */
function withoutPatterns(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([keyword, rule]) => !(keyword === "pattern" && typeof rule === "string") && keyword !== "propertyNames",
  );
  return Object.fromEntries(kept.map(([keyword, rule]) => [keyword, withoutPatterns(rule as Json)]));
}
