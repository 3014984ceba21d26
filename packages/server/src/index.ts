// Table of contents of `@mainspring/server`. The process itself is `main.ts`.

export { ConfigError, readConfig } from "./config.ts";
export type { ServerConfig } from "./config.ts";
export { shutdownGraceMs, startServer } from "./start-server.ts";
export type { RunningServer, ServerParts } from "./start-server.ts";
export type { Acceptance, CorrelationPaths, JournalFeed, Runs, StartRequest, Unsupported } from "./ports.ts";
