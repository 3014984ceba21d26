import { expect, test } from "vitest";
import { listRoutes } from "./contract.ts";
import { problemFacts } from "./problem/codes.ts";
import { defineRoute, fullPath } from "./route.ts";

test("[API-01] every route says who may call it, what it is for and how it answers", () => {
  expect(listRoutes().length).toBeGreaterThan(35);
  for (const { id, route } of listRoutes()) {
    expect(["viewer", "operator", "author", "admin", "platform", "public"], id).toContain(route.role);
    expect(route.summary, id).toMatch(/^[A-Z].{6,}[^.]$/);
    expect(route.doc, id).toMatch(/\.$/);
    expect(
      Object.keys(route.replies).some((status) => Number(status) < 300),
      id,
    ).toBe(true);
    expect(route.method !== "GET" || route.body === undefined, `${id}: a GET takes no body`).toBe(true);
  }
});

test("path parameters and their schema agree, and what names nothing answers 404", () => {
  for (const { id, route } of listRoutes()) {
    const named = [...fullPath(route).matchAll(/:(\w+)/g)].map((match) => match[1]);
    expect(Object.keys(route.params?.shape ?? {}), id).toEqual(named);
    if (named.length > 0) expect(problemFacts(route.notFound ?? "")?.status, id).toBe(404);
  }
});

test("no two routes have one method and path", () => {
  const addresses = listRoutes().map(({ route }) => `${route.method} ${fullPath(route).replace(/:\w+/g, ":")}`);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test("every code that a route names is one that a request can end in", () => {
  for (const { id, route } of listRoutes()) {
    for (const code of route.errors) expect(problemFacts(code)?.status, `${id} ${code}`).toBeGreaterThanOrEqual(400);
  }
});

test("[SEC-01] a route without a role does not compile", () => {
  // @ts-expect-error the role is missing
  const route = defineRoute({
    method: "GET",
    path: "/x",
    summary: "Read x",
    doc: "X.",
    replies: { 200: { doc: "x" } },
    errors: [],
  });
  expect(route).not.toHaveProperty("role");
});

test("[RUN-01] [RUN-02] no route retries, resumes or requeues a run", () => {
  // `quota-resume` lets a run go on that a quota has paused, and repeats nothing.
  for (const { id, route } of listRoutes())
    expect(`${id} ${fullPath(route)}`).not.toMatch(/[./](retry|resume|requeue)/i);
});
