import type { z } from "zod";
import type { ProblemCode } from "./problem/codes.ts";
import type { RouteRole } from "./roles.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One reply of a route; without a schema its body is text of the given content type, or empty. */
export interface Reply {
  readonly doc: string;
  readonly schema?: z.ZodType;
  /** Left out: `application/json` with a schema, no body without one. */
  readonly contentType?: string;
  /** What the reply's own headers say, by name. */
  readonly headers?: { readonly [name: string]: string };
}

/** One route of the HTTP interface as data: the server registers it, OpenAPI describes it, the client calls it. */
export interface Route {
  readonly method: Method;
  /** Under `/api/v1` unless `mount` says otherwise; parameters as `:name`. */
  readonly path: string;
  /** `root`: the path is absolute, as for `/healthz`. */
  readonly mount?: "root";
  readonly role: RouteRole;
  /** One line. */
  readonly summary: string;
  /** What a caller must know beyond the shapes. */
  readonly doc: string;
  readonly params?: z.ZodObject;
  /** What a path parameter that cannot name anything answers with; a PUT that can make what it names answers REQUEST_INVALID. */
  readonly notFound?: ProblemCode;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The request may come without a body. */
  readonly bodyOptional?: true;
  /** `application/yaml` is accepted and taken as the definition itself. */
  readonly yaml?: true;
  /** `Idempotency-Key` is honoured: a repeated request with the same body has the same effect once. */
  readonly idempotencyKey?: true;
  /** `If-Match` with a revision is honoured. */
  readonly ifMatch?: true;
  readonly replies: { readonly [status: number]: Reply };
  /** Codes beyond those that any request can meet (`commonProblems`). */
  readonly errors: readonly ProblemCode[];
}

/** A part of a request as the route's schema reads it; undefined where the route has no such part. */
export type ReadPart<R extends Route, K extends "params" | "query" | "body"> = R[K] extends z.ZodType
  ? z.output<R[K]>
  : undefined;

/** What is sent with a reply: a body, a text or a stream of it, or nothing. */
export type ReplyOf<One> = One extends { readonly schema: infer S extends z.ZodType }
  ? { readonly body: z.input<S> }
  : One extends { readonly contentType: string }
    ? { readonly text: string | AsyncIterable<string> }
    : unknown;

/** Keeps the exact type of a route, so that handlers and client are checked against it. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

export const apiPrefix = "/api/v1";

/** The path as it is asked for, such as `/api/v1/runs/:id`. */
export function fullPath(route: Route): string {
  return route.mount === "root" ? route.path : apiPrefix + route.path;
}
