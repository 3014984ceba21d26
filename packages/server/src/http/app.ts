import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { docsPage, docsStyle, fullPath, listRoutes, openapi, problemContentType } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import fastify, { LogController } from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RequestTracing } from "../ports.ts";
import type { ServerMetrics } from "./metrics.ts";
import { problemReply } from "./problem-document.ts";
import { bodyMaxBytes, readJsonBody, readText, RefusedBody, YamlText } from "./read-body.ts";
import { traceRequests } from "./request-spans.ts";
import { registerRoutes } from "./register-routes.ts";
import type { RouteSurroundings } from "./register-routes.ts";
import { securityHeaders } from "./security-headers.ts";

export interface AppOptions extends RouteSurroundings {
  readonly metrics: ServerMetrics;
  readonly logLevel: string;
  /** Left out: requests belong to no trace. */
  readonly tracing?: RequestTracing;
  /** Further routes (pages, the demo endpoint), registered before the reply for unknown addresses. */
  readonly more: readonly ((app: FastifyInstance) => void)[];
  /** Answers what no route took, or leaves it: the pages' fallback. */
  readonly fallback: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | undefined;
}

const longestParameter = 500;
/** A client that has not sent its whole request by then is cut off. */
const requestTimeoutMs = 60_000;

/** The HTTP application: contract, errors, headers, metrics. Nothing listens yet. */
export function createApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: bodyMaxBytes,
    routerOptions: { maxParamLength: longestParameter },
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    exposeHeadRoutes: true,
    genReqId: () => randomUUID(),
    logger: { level: options.logLevel, base: { process: "server" } },
    // One line for each reply below; fastify's own two say less.
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
  });
  readBodies(app);
  if (options.tracing !== undefined) traceRequests(app, options.tracing);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders).header("x-request-id", request.id).header("cache-control", "no-store");
    if (options.shutdown.aborted && request.url !== "/healthz" && request.url !== "/readyz") {
      reply.header("connection", "close");
      throw new MainspringError("UNAVAILABLE", {}, "the server is shutting down");
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    options.metrics.request({ method: request.method, route, status: reply.statusCode, durationMs: reply.elapsedTime });
    request.log.info(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), id: request.id },
      "answered",
    );
  });
  app.setErrorHandler(sendProblem);
  registerRoutes(app, options);
  registerDocuments(app);
  for (const register of options.more) register(app);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(request.url);
    if (allowed.length > 0)
      throw new MainspringError(
        "METHOD_NOT_ALLOWED",
        { allow: allowed },
        `${request.method} is not among ${allowed.join(", ")}`,
      );
    const answered = options.fallback(request, reply);
    if (answered !== undefined) return answered;
    throw new MainspringError("NOT_FOUND", {}, `there is no ${request.method} ${request.url.slice(0, 200)}`);
  });
  return app;
}

function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(
      null,
      taken(() => readJsonBody(body as Buffer)),
    ),
  );
  for (const type of ["application/yaml", "application/x-yaml", "text/yaml"]) {
    app.addContentTypeParser(type, { parseAs: "buffer" }, (_request, body, done) =>
      done(
        null,
        taken(() => new YamlText(readText(body as Buffer))),
      ),
    );
  }
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, _body, done) =>
    done(null, new RefusedBody(unsupportedType(request.headers["content-type"]))),
  );
}

function taken(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return new RefusedBody(error as Error);
  }
}

function unsupportedType(type: string | undefined): MainspringError {
  const detail = type === undefined ? "the request names no content type" : `${type.slice(0, 100)} is not taken`;
  return new MainspringError("MEDIA_TYPE_UNSUPPORTED", {}, detail);
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemReply(error, request.id);
  if (problem.unexpected !== undefined)
    request.log.error({ err: problem.unexpected, id: request.id }, "a request failed");
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header("content-type", problemContentType)
    .send(Buffer.from(JSON.stringify(problem.document)));
}

function registerDocuments(app: FastifyInstance): void {
  const document = JSON.stringify(openapi());
  const page = docsPage();
  app.get("/api/v1/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  app.get("/api/docs", (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
  app.get("/api/docs.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(docsStyle));
}

const patterns = listRoutes().map(({ route }) => ({
  // Whatever can be got can be asked for its headers alone.
  methods: route.method === "GET" ? ["GET", "HEAD"] : [route.method],
  path: new RegExp(`^${fullPath(route).replace(/[.]/g, "\\.").replace(/:\w+/g, "[^/]+")}$`),
}));

/** The methods of the contract's routes at an address. */
function methodsOf(url: string): string[] {
  const path = url.split("?", 1)[0] ?? "";
  return [...new Set(patterns.filter((pattern) => pattern.path.test(path)).flatMap((pattern) => pattern.methods))];
}

/** What is not HTTP at all never becomes a request: the answer is written by hand. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "the headers are too large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "the request did not come in time"]
        : ["400 Bad Request", "this is not an HTTP request"];
  const { document } = problemReply(new MainspringError("REQUEST_INVALID", {}, text), "");
  const body = JSON.stringify({ ...document, status: Number.parseInt(status, 10) });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${problemContentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
