import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestTracing } from "../ports.ts";

type Span = NonNullable<ReturnType<RequestTracing["begin"]>>;

/** Every request is a span of the trace that its `traceparent` names, or of a new one; what it does happens within it. */
export function traceRequests(app: FastifyInstance, tracing: RequestTracing): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook("onRequest", (request, _reply, done) => {
    const given = request.headers["traceparent"];
    const route = request.routeOptions.url ?? "unknown";
    const span = tracing.begin(typeof given === "string" ? given : undefined, `${request.method} ${route}`);
    if (span === undefined) {
      done();
      return;
    }
    spans.set(request, span);
    tracing.within(span, done);
  });
  app.addHook("onResponse", async (request, reply) => {
    const { statusCode: status } = reply;
    spans.get(request)?.end({
      attributes: {
        "http.request.method": request.method,
        "http.route": request.routeOptions.url ?? "unknown",
        "http.response.status_code": status,
      },
      ...(status >= 500 ? { error: `HTTP_${status}` } : {}),
    });
  });
}
