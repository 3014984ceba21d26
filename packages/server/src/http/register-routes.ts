import { Readable } from "node:stream";
import { checkShape, fullPath, issueOf, listRoutes, seqMax } from "@mainspring/api";
import type { NamedRoute, Route } from "@mainspring/api";
import { checkInput, isJsonObject, MainspringError } from "@mainspring/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { allow, identify } from "./access.ts";
import type { Caller, FindKey } from "./access.ts";
import type { AllHandlers, AnyHandler } from "./handler.ts";
import type { NoteRefusal } from "./note-refusal.ts";
import { RefusedBody, refuseUnacceptable, YamlText } from "./read-body.ts";

export interface RouteSurroundings {
  readonly handlers: AllHandlers;
  readonly findKey: FindKey;
  readonly platformKey: string;
  /** Told of each request of a tenant that ends in an error. */
  readonly noteRefusal: NoteRefusal;
  /** Aborted when the server shuts down. */
  readonly shutdown: AbortSignal;
  /** Fails a reply that does not fit the contract: for tests and development. */
  readonly checkReplies: boolean;
}

/** Registers every route of the contract with its handler. */
export function registerRoutes(app: FastifyInstance, around: RouteSurroundings): void {
  const handlers = around.handlers as unknown as { readonly [noun: string]: { readonly [name: string]: AnyHandler } };
  for (const named of listRoutes()) {
    const handler = handlers[named.noun]?.[named.name];
    if (handler === undefined) throw new TypeError(`route ${named.id} has no handler`);
    app.route({
      method: named.route.method,
      url: fullPath(named.route),
      handler: (request, reply) => answer(named, handler, request, reply, around),
    });
  }
}

async function answer(
  named: NamedRoute,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  around: RouteSurroundings,
): Promise<FastifyReply> {
  // Before anything else is looked at: who may not call a route learns nothing of what it takes.
  const caller = await identify(request.headers.authorization, around);
  try {
    return await answerTo(caller, named, handler, request, reply, around);
  } catch (error) {
    if (caller.kind === "tenant") await around.noteRefusal(caller, named, request.params, error);
    throw error;
  }
}

async function answerTo(
  caller: Caller,
  named: NamedRoute,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  around: RouteSurroundings,
): Promise<FastifyReply> {
  const { route } = named;
  allow(caller, route.role);
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const answered = await handler({
    params: readParams(route, request.params),
    query: readQuery(route, request.query),
    ...readBody(route, request.body),
    ...readHeaders(route, request),
    caller: caller.kind === "tenant" ? caller : undefined,
    signal: AbortSignal.any([gone.signal, around.shutdown]),
  });
  if (around.checkReplies) checkReply(named, answered.status, answered.body);
  reply.code(answered.status).headers(answered.headers ?? {});
  const declared = route.replies[answered.status];
  if (declared?.schema !== undefined) return reply.send(answered.body);
  if (declared?.contentType === undefined || answered.text === undefined) return reply.send();
  reply.header("content-type", declared.contentType);
  return reply.send(
    typeof answered.text === "string" ? answered.text : Readable.from(answered.text, { objectMode: false }),
  );
}

function readParams(route: Route, params: unknown): unknown {
  if (route.params === undefined) return undefined;
  if (route.method === "PUT" && route.replies[201] !== undefined) {
    // What is not there would be made: a name that nothing can have is an error of the request.
    refuseUnacceptable(checkInput(params), "path");
    return checkShape(route.params, params, "path");
  }
  const read = checkInput(params).length === 0 ? route.params.safeParse(params) : undefined;
  // A parameter of another form names nothing: the same answer as for one that is nobody's.
  if (read?.success !== true) throw new MainspringError(route.notFound ?? "NOT_FOUND");
  return read.data;
}

function readQuery(route: Route, query: unknown): unknown {
  refuseUnacceptable(checkInput(query), "query");
  if (route.query !== undefined) return checkShape(route.query, query, "query");
  const [unknown] = Object.keys(query as object);
  if (unknown !== undefined) {
    throw new MainspringError(
      "REQUEST_INVALID",
      { issues: [issueOf("FIELD_UNKNOWN", `/${unknown}`, "this route takes no query", "query")] },
      "this route takes no query",
    );
  }
  return undefined;
}

function readBody(route: Route, body: unknown): { readonly body: unknown; readonly yaml: string | undefined } {
  if (body instanceof RefusedBody) throw body.error;
  if (body instanceof YamlText) {
    if (route.yaml !== true) throw new MainspringError("MEDIA_TYPE_UNSUPPORTED", {}, "this route takes no YAML");
    return { body: undefined, yaml: body.text };
  }
  if (body === undefined && (route.body === undefined || route.bodyOptional === true))
    return { body: undefined, yaml: undefined };
  if (route.body === undefined) {
    // Many clients send an empty object with every request that may have a body.
    if (isJsonObject(body) && Object.keys(body).length === 0) return { body: undefined, yaml: undefined };
    throw new MainspringError(
      "REQUEST_INVALID",
      { issues: [issueOf("FIELD_UNKNOWN", "", "this route takes no body")] },
      "this route takes no body",
    );
  }
  return { body: checkShape(route.body, body), yaml: undefined };
}

function readHeaders(
  route: Route,
  request: FastifyRequest,
): { readonly idempotencyKey?: string; readonly ifMatch?: number; readonly lastEventId?: number } {
  const lastEventId = single(request, "last-event-id");
  return {
    idempotencyKey:
      route.idempotencyKey === true
        ? readHeader(request, "idempotency-key", /^[\x21-\x7e]{1,200}$/, "1 to 200 printable ASCII characters")
        : undefined,
    ifMatch: route.ifMatch === true ? readRevision(request) : undefined,
    lastEventId:
      lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Math.min(Number(lastEventId), seqMax) : undefined,
  };
}

function readRevision(request: FastifyRequest): number | undefined {
  const text = readHeader(request, "if-match", /^(\*|(W\/)?"?\d{1,9}"?)$/, 'a revision, such as "3"');
  return text === undefined || text === "*" ? undefined : Number(text.replace(/\D/g, ""));
}

function readHeader(request: FastifyRequest, name: string, form: RegExp, expected: string): string | undefined {
  const text = single(request, name);
  if (text === undefined || form.test(text)) return text;
  throw new MainspringError(
    "REQUEST_INVALID",
    { issues: [issueOf("FIELD_INVALID", `/${name}`, `expected ${expected}`, "header")] },
    `header ${name}: expected ${expected}`,
  );
}

function single(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function checkReply({ id, route }: NamedRoute, status: number, body: unknown): void {
  const declared = route.replies[status];
  if (declared === undefined) throw new TypeError(`${id} answered ${status}, which the contract does not know`);
  const result = declared.schema?.safeParse(body);
  if (result !== undefined && !result.success)
    throw new TypeError(
      `${id} answered ${status} with a body that the contract does not know: ${result.error.message}`,
    );
}
