import type { FastifyInstance } from "fastify";
import type { DemoShop } from "../demo/demo-shop.ts";
import { RefusedBody } from "../http/read-body.ts";

/** Serves the shop that the example calls. Development only: it asks for no key. */
export function registerDemo(shop: DemoShop): (app: FastifyInstance) => void {
  return (app) => {
    app.all("/demo/*", (request, reply) => {
      if (request.body instanceof RefusedBody) throw request.body.error;
      const path = request.url.split("?", 1)[0] ?? "";
      const answer = shop.handleDemo({ method: request.method, path, headers: request.headers, body: request.body });
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    });
  };
}
