import { builtInCatalogue } from "@mainspring/actions/catalogue";
import {
  backlogFromEnvironment,
  configureTracing,
  correlationPathsFromEnvironment,
  createAcceptance,
  createInsight,
  createRemoteCodec,
  createRunClient,
  flushTraces,
  requestTracing,
  createScheduleClient,
  streamFromEnvironment,
  temporalFromEnvironment,
  unsupported,
} from "@mainspring/runtime/client";
import { loadFileVariables, openDispatcher, openStore } from "@mainspring/store";
import { readConfig } from "./config.ts";
import { createDemoShop } from "./demo/demo-shop.ts";
import { startServer } from "./start-server.ts";

// The server process: reads its environment, picks the adapters, listens, and stops in order when it is told to.

try {
  await serve();
} catch (error) {
  // What a start is refused for is one sentence; a stack says nothing more to whoever configures it.
  say(error instanceof Error && error.message !== "" ? error.message : textOf(error));
  process.exit(2);
}

async function serve(): Promise<void> {
  loadFileVariables(process.env);
  const config = readConfig(process.env);
  const wire = temporalFromEnvironment(process.env);
  configureTracing(process.env, { service: "server", complain: say });
  const report = (error: Error): void => say(`a database connection broke: ${error.message}`);
  const store = openStore({ url: config.databaseUrl, masterKeys: config.masterKeys, onPoolError: report });
  const dispatcher = openDispatcher({ url: config.dispatcherDatabaseUrl, onPoolError: report });
  // Refuses a database that is not migrated, and a role that could see every tenant.
  await store.ready();
  const temporal = { address: config.temporalAddress, namespace: config.temporalNamespace };
  const rebuildEnv = {
    ...process.env,
    DATABASE_URL: config.databaseUrl,
    TEMPORAL_ADDRESS: config.temporalAddress,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
  };
  const stream = streamFromEnvironment(process.env);
  const runs = createRunClient({
    store,
    rebuildEnv,
    ...(stream === undefined ? {} : { stream }),
    ...wire,
    ...temporal,
  });
  const schedules = createScheduleClient({ store, ...wire, ...temporal });
  const correlationPaths = correlationPathsFromEnvironment(process.env);
  const backlog = backlogFromEnvironment(process.env);
  const insight = createInsight({ store, correlationPaths, ...wire, ...temporal });
  const server = await startServer(config, {
    store,
    runs,
    schedules,
    insight,
    codec: createRemoteCodec(store, wire),
    listenToJournals: (onNotify) => dispatcher.listen("journal", onNotify),
    catalogue: builtInCatalogue(),
    unsupported,
    correlationPaths,
    acceptance: createAcceptance({ paths: correlationPaths, backlog }),
    tracing: requestTracing,
    ...(config.isDevelopment ? { demo: createDemoShop() } : {}),
  });
  say(`Mainspring listens on ${server.url}${config.isDevelopment ? " (development: loopback only)" : ""}`);

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void server
      .close()
      .then(() => Promise.all([runs.close(), schedules.close(), insight.close(), dispatcher.close(), store.close()]))
      .then(flushTraces)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          say(textOf(error));
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
