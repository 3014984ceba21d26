import { z } from "zod";
import { listRoutes } from "../contract.ts";
import type { NamedRoute } from "../contract.ts";
import { commonProblems, problemFacts } from "../problem/codes.ts";
import type { ProblemCode } from "../problem/codes.ts";
import { problem, problemContentType } from "../problem/problem.ts";
import { fullPath } from "../route.ts";
import type { Route } from "../route.ts";

type JsonSchema = { readonly [keyword: string]: unknown };
type Document = { [member: string]: unknown };

/** The contract as an OpenAPI 3.1 document. */
export function openapi(): Document {
  const routes = listRoutes();
  const paths: Record<string, Record<string, Document>> = {};
  for (const named of routes) {
    const path = fullPath(named.route).replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[named.route.method.toLowerCase()] = operation(named);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Mainspring",
      version: "1",
      description:
        "Business workflows written as data, run durably. Errors are problem documents (RFC 9457) with a stable `code` and a `remedy`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }],
    tags: [...new Set(routes.map((named) => named.noun))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "An API key of a tenant; for `/platform` routes the platform key.",
        },
      },
      schemas: componentSchemas(routes),
    },
  };
}

function operation({ id, noun, route }: NamedRoute): Document {
  const described: Document = {
    operationId: id,
    tags: [noun],
    summary: route.summary,
    description: `${route.doc}\n\nRole: \`${route.role}\`.`,
    "x-role": route.role,
    responses: responses(id, route),
  };
  if (route.role === "public") described.security = [];
  const parameters = [
    ...parametersOf("path", route.params),
    ...parametersOf("query", route.query),
    ...headerParameters(route),
  ];
  if (parameters.length > 0) described.parameters = parameters;
  if (route.body !== undefined) {
    const content: Record<string, Document> = { "application/json": { schema: reference(bodyName(id)) } };
    if (route.yaml === true)
      content["application/yaml"] = { schema: { type: "string", description: "the definition itself" } };
    described.requestBody = { required: route.bodyOptional !== true, content };
  }
  return described;
}

function parametersOf(place: "path" | "query", schema: z.ZodObject | undefined): Document[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    const isRequired = place === "path" || required.includes(name);
    return {
      name,
      in: place,
      required: isRequired,
      schema: rest,
      ...(description === undefined ? {} : { description }),
    };
  });
}

function headerParameters(route: Route): Document[] {
  const headers: Document[] = [];
  if (route.idempotencyKey === true) {
    headers.push({
      name: "Idempotency-Key",
      in: "header",
      required: false,
      description: "Repeated with the same body: done once.",
      schema: { type: "string", maxLength: 200 },
    });
  }
  if (route.ifMatch === true) {
    headers.push({
      name: "If-Match",
      in: "header",
      required: false,
      description: "The revision that must still be there, as `ETag` gave it.",
      schema: { type: "string" },
    });
  }
  if (Object.values(route.replies).some(({ contentType }) => contentType === "text/event-stream")) {
    headers.push({
      name: "Last-Event-ID",
      in: "header",
      required: false,
      description: "`id` of the last event that was read: what follows it is sent.",
      schema: { type: "string" },
    });
  }
  return headers;
}

function responses(id: string, route: Route): Document {
  const described: Document = {};
  for (const [status, reply] of Object.entries(route.replies)) {
    described[status] = {
      description: reply.doc,
      ...describedHeaders(reply.headers),
      ...(reply.schema === undefined
        ? reply.contentType === undefined
          ? {}
          : { content: { [reply.contentType]: { schema: { type: "string" } } } }
        : { content: { [reply.contentType ?? "application/json"]: { schema: reference(replyName(id, status)) } } }),
    };
  }
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of route.role === "public" ? route.errors : [...commonProblems, ...route.errors]) {
    const status = problemFacts(code)?.status ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    described[String(status)] ??= {
      ...describedHeaders(problemHeaders[status]),
      description: codes.map((code) => `\`${code}\``).join(", "),
      content: { [problemContentType]: { schema: reference("Problem") } },
    };
  }
  return described;
}

/** What goes with a problem of a status. */
const problemHeaders: { readonly [status: number]: { readonly [name: string]: string } } = {
  401: { "WWW-Authenticate": "`Bearer`" },
  405: { Allow: "the methods that there are" },
  429: { "Retry-After": "seconds, where it is known when there is room again" },
  503: { "Retry-After": "seconds" },
};

function describedHeaders(headers: { readonly [name: string]: string } | undefined): Document {
  if (headers === undefined) return {};
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return { headers: Object.fromEntries(described) as Document };
}

/** Every body, reply and the problem document, each under its own name. */
function componentSchemas(routes: readonly NamedRoute[]): Document {
  const schemas: Document = { Problem: jsonSchema(problem, "output") };
  for (const { id, route } of routes) {
    if (route.body !== undefined) schemas[bodyName(id)] = jsonSchema(route.body);
    for (const [status, reply] of Object.entries(route.replies)) {
      if (reply.schema !== undefined) schemas[replyName(id, status)] = jsonSchema(reply.schema, "output");
    }
  }
  return schemas;
}

function jsonSchema(schema: z.ZodType, io: "input" | "output" = "input"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: "any", io, reused: "inline" });
  return rest;
}

function reference(name: string): Document {
  return { $ref: `#/components/schemas/${name}` };
}

/** `runs.start` → `RunsStart` */
function pascal(id: string): string {
  return id
    .split(".")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

function bodyName(id: string): string {
  return `${pascal(id)}Body`;
}

function replyName(id: string, status: string): string {
  return `${pascal(id)}Reply${status}`;
}
