import type { z } from "zod";
import { ApiUnreachable, readProblem } from "../problem/api-problem.ts";
import { fullPath } from "../route.ts";
import type { Route } from "../route.ts";

type Prettify<T> = { [K in keyof T]: T[K] };
type InputOf<R extends Route, K extends "params" | "query" | "body"> = R[K] extends z.ZodType ? z.input<R[K]> : never;
type Member<Name extends string, T> = [T] extends [never]
  ? unknown
  : Record<never, never> extends T
    ? { [N in Name]?: T }
    : { [N in Name]: T };

type BodyMember<R extends Route> = [InputOf<R, "body">] extends [never]
  ? unknown
  : R["yaml"] extends true
    ? R["bodyOptional"] extends true
      ? { body?: InputOf<R, "body">; yaml?: string }
      : | { body: InputOf<R, "body">; yaml?: undefined }
        | { /** The definition, sent as `application/yaml`. */ yaml: string; body?: undefined }
    : R["bodyOptional"] extends true
      ? { body?: InputOf<R, "body"> }
      : { body: InputOf<R, "body"> };

/** What a call of a route takes: path parameters, query, body and the headers that the route honours. */
export type CallArguments<R extends Route> = Prettify<
  Member<"params", InputOf<R, "params">> &
    Member<"query", InputOf<R, "query">> &
    BodyMember<R> &
    (R["idempotencyKey"] extends true ? { idempotencyKey?: string } : unknown) &
    (R["ifMatch"] extends true ? { /** The draft's revision. */ ifMatch?: number } : unknown) & { signal?: AbortSignal }
>;

type BodyOf<Reply> = Reply extends { readonly schema: infer S extends z.ZodType }
  ? z.output<S>
  : Reply extends { readonly contentType: string }
    ? string
    : undefined;

/** The body of a successful reply: the union over the route's successes. */
export type CallResult<R extends Route> = {
  [S in keyof R["replies"]]: S extends 200 | 201 | 202 | 204 ? BodyOf<R["replies"][S]> : never;
}[keyof R["replies"]];

export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:7070`; empty in a page that the server serves. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly fetch?: typeof fetch;
}

interface AnyArguments {
  readonly params?: { readonly [name: string]: unknown };
  readonly query?: { readonly [name: string]: unknown };
  readonly body?: unknown;
  readonly yaml?: string;
  readonly idempotencyKey?: string;
  readonly ifMatch?: number;
  readonly signal?: AbortSignal;
}

/**
 * Sends one request.
 * @throws ApiProblem for every reply that is not a success
 * @throws ApiUnreachable when no reply came; an aborted signal throws its own reason
 */
export async function callRoute(options: ClientOptions, route: Route, given: AnyArguments): Promise<unknown> {
  const reply = await send(options, route, given);
  if (!reply.ok) throw await readProblem(reply);
  if (reply.status === 204) return undefined;
  const isJson = /[/+]json\b/.test(reply.headers.get("content-type") ?? "");
  return isJson ? await reply.json() : await reply.text();
}

/** The reply itself, successful or not. */
export async function send(
  options: ClientOptions,
  route: Route,
  given: AnyArguments & { readonly headers?: Record<string, string> },
): Promise<Response> {
  const url =
    options.baseUrl.replace(/\/+$/, "") + pathWith(fullPath(route), given.params ?? {}) + queryText(given.query ?? {});
  const headers: Record<string, string> = { accept: "application/json, application/problem+json", ...given.headers };
  if (options.apiKey !== undefined) headers.authorization = `Bearer ${options.apiKey}`;
  if (given.idempotencyKey !== undefined) headers["idempotency-key"] = given.idempotencyKey;
  if (given.ifMatch !== undefined) headers["if-match"] = `"${given.ifMatch}"`;
  let body: string | undefined;
  if (given.yaml !== undefined) {
    headers["content-type"] = "application/yaml";
    body = given.yaml;
  } else if (given.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(given.body);
  }
  const fetchNow = options.fetch ?? fetch;
  try {
    return await fetchNow(url, { method: route.method, headers, body, signal: given.signal });
  } catch (error) {
    if (given.signal?.aborted === true) throw given.signal.reason;
    throw new ApiUnreachable(url, error);
  }
}

function pathWith(path: string, params: { readonly [name: string]: unknown }): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryText(query: { readonly [name: string]: unknown }): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
