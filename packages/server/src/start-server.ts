import { fileURLToPath } from "node:url";
import type { CatalogueEntry } from "@mainspring/actions/catalogue";
import type { Schedules } from "@mainspring/runtime/client";
import type { Store } from "@mainspring/store";
import type { FastifyInstance } from "fastify";
import type { ServerConfig } from "./config.ts";
import type { DemoShop } from "./demo/demo-shop.ts";
import { createApp } from "./http/app.ts";
import { noteRefusals } from "./http/note-refusal.ts";
import { createMetrics } from "./http/metrics.ts";
import { openJournalFeed } from "./live/journal-feed.ts";
import type { ListenToJournals } from "./live/journal-feed.ts";
import { createRedaction } from "./present/redaction.ts";
import type { Acceptance, CorrelationPaths, Insight, RemoteCodec, RequestTracing, Runs, Unsupported } from "./ports.ts";
import { createHandlers } from "./routes/handlers.ts";
import { keyFinder } from "./routes/api-keys.ts";
import { registerDemo } from "./routes/demo.ts";
import { registerUnsupportedControls } from "./routes/unsupported-controls.ts";
import type { Services } from "./services.ts";
import { createPages } from "./web/pages.ts";
import { registerHooks } from "./webhooks/receive.ts";

/** The parts that stand behind the server; `main.ts` makes them, and who makes them closes them. */
export interface ServerParts {
  readonly store: Store;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly insight: Insight;
  readonly codec: RemoteCodec;
  readonly listenToJournals: ListenToJournals;
  readonly catalogue: readonly CatalogueEntry[];
  readonly unsupported: Unsupported;
  readonly correlationPaths: CorrelationPaths;
  readonly acceptance: Acceptance;
  /** Served at `/demo/*`; left out: nothing is. */
  readonly demo?: DemoShop;
  /** Left out: requests belong to no trace. */
  readonly tracing?: RequestTracing;
  /** Where the web application's build is. */
  readonly webFolder?: string;
  /** Fails replies that do not fit the contract. */
  readonly checkReplies?: boolean;
}

export interface RunningServer {
  readonly url: string;
  /** Stops taking requests, ends streams and waits for the rest; what is left after `shutdownGraceMs` is cut off. */
  close(): Promise<"drained" | "cut off">;
}

export const shutdownGraceMs = 8_000;
const idleCheckMs = 50;
const builtWeb = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** Listens, and answers when this resolves. */
export async function startServer(
  config: Pick<ServerConfig, "host" | "port" | "platformKey" | "logLevel">,
  parts: ServerParts,
): Promise<RunningServer> {
  const stopping = new AbortController();
  const feed = await openJournalFeed(parts.listenToJournals);
  const services: Services = {
    ...parts,
    feed,
    metrics: createMetrics(),
    redaction: createRedaction(parts.catalogue),
    shutdown: stopping.signal,
  };
  const pages = createPages(parts.webFolder ?? builtWeb);
  const { demo } = parts;
  const app = createApp({
    handlers: createHandlers(services),
    findKey: keyFinder(parts.store),
    noteRefusal: noteRefusals(parts.store, Date.now),
    platformKey: config.platformKey,
    shutdown: stopping.signal,
    checkReplies: parts.checkReplies ?? false,
    metrics: services.metrics,
    logLevel: config.logLevel,
    ...(parts.tracing === undefined ? {} : { tracing: parts.tracing }),
    more: [
      pages.register,
      registerHooks(services),
      registerUnsupportedControls(services, config.platformKey),
      ...(demo === undefined ? [] : [registerDemo(demo)]),
    ],
    fallback: pages.fallback,
  });
  try {
    const url = await app.listen({ host: config.host, port: config.port });
    return { url, close: () => close(app, stopping, feed) };
  } catch (error) {
    await close(app, stopping, feed);
    throw error;
  }
}

async function close(
  app: FastifyInstance,
  stopping: AbortController,
  feed: { close(): Promise<void> },
): Promise<"drained" | "cut off"> {
  stopping.abort();
  let how: "drained" | "cut off" = "drained";
  const cut = setTimeout(() => {
    how = "cut off";
    app.server.closeAllConnections();
  }, shutdownGraceMs);
  // A connection whose last reply ends only now would be kept alive for its client's next request.
  const idle = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(idle);
  }
  await feed.close();
  return how;
}
