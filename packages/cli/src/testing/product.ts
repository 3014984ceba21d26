// Server and worker as `mainspring server` and `mainspring worker` start them, on a database and a namespace of their own.
import { clonedDatabase } from "@mainspring/store/testing";
import { Connection } from "@temporalio/client";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnCli, type Ran, type RunningCli, type RunOptions } from "./run-cli.ts";

export interface Product {
  readonly url: string;
  readonly apiKey: string;
  /** A working folder with the definitions and payloads of the documentation, and `.mainspring/dev.json`. */
  readonly cwd: string;
  readonly worker: RunningCli;
  /** A command in that folder, which finds the stack by its file. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): RunningCli;
  stopServer(): Promise<void>;
  /** At the same address as before. */
  startServer(): Promise<void>;
  /** The environment with which a shell's commands find what they need. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startProduct(files: { readonly [name: string]: string }): Promise<Product> {
  const database = await clonedDatabase({ max: 2 });
  const temporalAddress = required("MAINSPRING_TEST_TEMPORAL_ADDRESS");
  const temporalNamespace = await newNamespace(temporalAddress);
  const platformKey = randomBytes(24).toString("hex");
  const { masterKeys } = database;
  const cwd = mkdtempSync(join(tmpdir(), "mainspring-cli-product-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const databaseUrls = { app: database.appUrl, dispatcher: database.dispatcherUrl, reconciler: database.reconcilerUrl };

  const startServer = (port: string): RunningCli =>
    spawnCli(["server"], {
      cwd,
      env: {
        DATABASE_URL: databaseUrls.app,
        DISPATCHER_DATABASE_URL: databaseUrls.dispatcher,
        TEMPORAL_ADDRESS: temporalAddress,
        TEMPORAL_NAMESPACE: temporalNamespace,
        MAINSPRING_PORT: port,
        MAINSPRING_PLATFORM_KEY: platformKey,
        MAINSPRING_MASTER_KEYS: masterKeys,
        MAINSPRING_DEV: "1",
      },
    });
  const listening = (process: RunningCli): Promise<string> =>
    until("the server listens", process, () => /listens on (http:\/\/\S+)/.exec(process.stderr())?.[1]);
  let server = startServer("0");
  const url = await listening(server);

  const writeDev = (apiKey?: string): void => {
    mkdirSync(join(cwd, ".mainspring"), { recursive: true });
    const dev = {
      url,
      apiKey,
      platformKey,
      masterKeys,
      temporalAddress,
      temporalNamespace,
      databaseUrl: databaseUrls.app,
      databaseUrls,
    };
    writeFileSync(join(cwd, ".mainspring", "dev.json"), JSON.stringify(dev));
  };
  writeDev();
  const worker = spawnCli(["worker"], {
    cwd,
    env: {
      MAINSPRING_WAITS: JSON.stringify({
        relayPollMs: 200,
        inboxPollMs: 200,
        reconcileEveryMs: 500,
        stickyTimeoutMs: 1_000,
      }),
    },
  });
  const created = await spawnCli(
    ["tenants", "create", "Tests", "--with-key", "admin", "--egress-allow", new URL(url).host, "--json"],
    { cwd },
  ).ended;
  const { apiKey } = JSON.parse(created.stdout) as { apiKey: { key: string } };
  writeDev(apiKey.key);

  const start = (args: readonly string[], options: RunOptions = {}): RunningCli => spawnCli(args, { cwd, ...options });
  return {
    url,
    apiKey: apiKey.key,
    cwd,
    worker,
    start,
    run: (args, options) => start(args, options).ended,
    async stopServer() {
      server.child.kill("SIGTERM");
      await server.ended;
    },
    async startServer() {
      server = startServer(new URL(url).port);
      await listening(server);
    },
    env: { OWNER_DATABASE_URL: database.ownerUrl },
    async close() {
      for (const { child, ended } of [worker, server]) {
        child.kill("SIGTERM");
        await ended;
      }
      rmSync(cwd, { recursive: true, force: true });
      await database.drop();
    },
  };
}

/** Polls until there is a value; a process that ended meanwhile will never give one. */
export async function until<T>(
  what: string,
  process: RunningCli,
  probe: () => T | undefined | Promise<T | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    const { exitCode, signalCode } = process.child;
    const isOver = exitCode !== null || signalCode !== null;
    if (isOver || Date.now() > deadline) {
      throw new Error(
        `Not ${isOver ? `before its end with ${exitCode ?? signalCode}` : `within ${withinMs} ms`}: ${what}\n${process.stdout()}\n${process.stderr()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A namespace of its own: the queue's name is a constant, so stacks must not share one. */
async function newNamespace(address: string): Promise<string> {
  const namespace = `cli-${randomBytes(6).toString("hex")}`;
  const connection = await Connection.connect({ address });
  try {
    const { workflowService } = connection;
    type Retention = Parameters<typeof workflowService.registerNamespace>[0]["workflowExecutionRetentionPeriod"];
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 } as unknown as Retention,
    });
    // Registered is not yet known to the frontend's cache.
    for (const deadline = Date.now() + 30_000; ;) {
      const known = await workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 }).then(
        () => true,
        (error: Error) => !/not found/i.test(error.message),
      );
      if (known) return namespace;
      if (Date.now() > deadline) throw new Error(`The namespace ${namespace} is not known after 30 s.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await connection.close();
  }
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`${variable} is not set: run the tests with \`npm test\`, or see CONTRIBUTING.md.`);
  return value;
}
