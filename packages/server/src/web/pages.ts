import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

export interface Pages {
  readonly register: (app: FastifyInstance) => void;
  /** Addresses of the application itself are its `index.html`; of the API they are not ours. */
  readonly fallback: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | undefined;
}

/** Serves the web application's build, or a page that says how to build it. */
export function createPages(distFolder: string): Pages {
  const index = async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const html = await readFile(join(distFolder, "index.html"), "utf8").catch(() => undefined);
    reply.type("text/html; charset=utf-8");
    return html === undefined ? reply.code(503).send(notBuilt) : reply.send(html);
  };
  return {
    register(app) {
      app.get("/", index);
      void app.register(fastifyStatic, {
        root: join(distFolder, "assets"),
        prefix: "/assets/",
        index: false,
        decorateReply: false,
        // The build names its files by their content.
        cacheControl: false,
        setHeaders: (reply) => void reply.header("cache-control", "public, max-age=31536000, immutable"),
      });
    },
    fallback(request, reply) {
      const path = request.url.split("?", 1)[0] ?? "";
      const isPage =
        (request.method === "GET" || request.method === "HEAD") &&
        // However many slashes a client puts before it: who asks for the API must not get a page.
        !/^\/+(api|assets|demo|hooks)(\/|$)/.test(path) &&
        !/\.\w+$/.test(path);
      return isPage ? index(request, reply) : undefined;
    },
  };
}

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mainspring</title><link rel="stylesheet" href="/api/docs.css"></head>
<body><h1>Run Studio is not built</h1><p>Run <code>npm run build -w @mainspring/web</code>, then reload. The HTTP interface works without it: see <a href="/api/docs">/api/docs</a>.</p></body></html>
`;
