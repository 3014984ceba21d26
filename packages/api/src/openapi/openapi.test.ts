import { expect, test } from "vitest";
import { listRoutes } from "../contract.ts";
import { fullPath } from "../route.ts";
import { docsPage } from "./docs-page.ts";
import { openapi } from "./openapi.ts";

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, unknown> };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
  "x-role": string;
}
const document = openapi() as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

test("[API-01] the OpenAPI document has exactly the routes of the contract, with their roles", () => {
  expect(document.openapi).toBe("3.1.0");
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => `${method} ${path} ${operation["x-role"]}`),
  );
  const declared = listRoutes().map(
    ({ route }) => `${route.method.toLowerCase()} ${fullPath(route).replace(/:(\w+)/g, "{$1}")} ${route.role}`,
  );
  expect(described.sort()).toEqual(declared.sort());
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
});

test("every path parameter is declared, required and in its path", () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map((parameter) => parameter.name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      );
      expect(declared.every((parameter) => parameter.required)).toBe(true);
    }
  }
});

test("every reference resolves and every response says what it is", () => {
  const references: string[] = [];
  collectReferences(document, references);
  expect(references.length).toBeGreaterThan(60);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
    expect(document.components.schemas, reference).toHaveProperty(name ?? reference);
  }
  for (const operation of operations) {
    expect(Object.keys(operation.responses)[0]).toMatch(/^2\d\d$/);
    for (const response of Object.values(operation.responses)) expect(response.description).not.toBe("");
  }
});

test("the schemas are plain JSON Schema: nothing that only zod knows", () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  expect(document.components.schemas.RunsStartReply202).toMatchObject({
    type: "object",
    required: ["runId", "status"],
  });
  expect(document.components.schemas.WorkflowsCreateBody).toMatchObject({
    properties: { definition: { type: "object" } },
    additionalProperties: false,
  });
});

test("the readable page names every route and code, and has neither script nor inline style", () => {
  const page = docsPage();
  for (const { id } of listRoutes()) expect(page).toContain(`id="${id}"`);
  expect(page).toContain('id="RUN_NOT_FOUND"');
  expect(page).not.toMatch(/<script|<style|style=|javascript:|https?:\/\//i);
});

function collectReferences(value: unknown, into: string[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "$ref" && typeof member === "string" && member.startsWith("#/components/")) into.push(member);
    else collectReferences(member, into);
  }
}
