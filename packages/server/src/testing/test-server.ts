import { builtInCatalogue } from "@mainspring/actions/catalogue";
import { createClient, tenantRoles } from "@mainspring/api";
import type { Client, TenantRole } from "@mainspring/api";
import type { JsonObject } from "@mainspring/core";
import { createSchedules, createAcceptance, createInsight, createRemoteCodec } from "@mainspring/runtime/client";
import type { TemporalSchedules } from "@mainspring/runtime/client";
import { createApiKey, createTenant } from "@mainspring/store";
import type { Store } from "@mainspring/store";
import { clonedDatabase } from "@mainspring/store/testing";
import type { ClonedDatabase } from "@mainspring/store/testing";
import { createDemoShop } from "../demo/demo-shop.ts";
import { startServer } from "../start-server.ts";
import type { RunningServer, ServerParts } from "../start-server.ts";
import { rowRuns } from "./row-runs.ts";
import type { RowRuns } from "./row-runs.ts";

export const platformKey = "f00dfeed-0123456789-abcdefghij";

export interface TestTenant {
  readonly id: string;
  /** A key of each role. */
  readonly keys: { readonly [R in TenantRole]: string };
  /** With the admin's key. */
  readonly client: Client;
}

export interface TestServer {
  readonly url: string;
  readonly database: ClonedDatabase;
  readonly runs: RowRuns;
  readonly server: RunningServer;
  /** A second server over the same database, as after a restart; who starts it closes it. */
  startAnother(): Promise<RunningServer>;
  readonly one: TestTenant;
  /** Another tenant. */
  readonly other: TestTenant;
  readonly client: (key: string) => Client;
  readonly makeTenant: (name: string) => Promise<TestTenant>;
  close(): Promise<void>;
}

/** The real server over a real database, without Temporal. */
export async function testServer(
  options: Partial<Pick<ServerParts, "webFolder" | "unsupported" | "acceptance">> = {},
): Promise<TestServer> {
  const database = await clonedDatabase();
  const runs = rowRuns(database.store);
  const correlationPaths = { "order.paid": ["order.id"] };
  // There is no Temporal to ask: what it tells is what rows and journal know.
  const insight = createInsight({ store: database.store, correlationPaths, address: "127.0.0.1:1", namespace: "none" });
  const serverConfig = { host: "127.0.0.1", port: 0, platformKey, logLevel: "fatal" };
  const start = (): Promise<RunningServer> =>
    startServer(serverConfig, {
      store: database.store,
      runs,
      schedules: createSchedules({ store: database.store, temporal: noTemporal }),
      insight,
      codec: createRemoteCodec(database.store, { sealsPayloads: true }),
      listenToJournals: (onNotify) => database.dispatcher.listen("journal", onNotify),
      catalogue: builtInCatalogue(),
      unsupported: { stepTypes: ["human.task"], fields: [] },
      correlationPaths,
      acceptance: createAcceptance({ paths: correlationPaths }),
      demo: createDemoShop(),
      checkReplies: true,
      ...options,
    });
  const server = await start();
  const client = (apiKey: string): Client => createClient({ baseUrl: server.url, apiKey });
  return {
    url: server.url,
    database,
    runs,
    server,
    startAnother: start,
    one: await makeTenant(database.store, "One", client),
    other: await makeTenant(database.store, "Other", client),
    client,
    makeTenant: (name) => makeTenant(database.store, name, client),
    async close() {
      await server.close();
      await insight.close();
      await database.drop();
    },
  };
}

/** Rows are written, and nothing follows them. */
const noTemporal: TemporalSchedules = {
  apply: () => Promise.reject(new Error("There is no Temporal here")),
  remove: () => Promise.reject(new Error("There is no Temporal here")),
  startTick: () => Promise.reject(new Error("There is no Temporal here")),
  async *list() {},
};

async function makeTenant(store: Store, name: string, client: (key: string) => Client): Promise<TestTenant> {
  const { id } = await store.platform((db) => createTenant(db, { name }));
  const keys = await store.tenant(id, async (db) => {
    const made: Partial<Record<TenantRole, string>> = {};
    for (const role of tenantRoles) made[role] = (await createApiKey(db, { name: `${name} ${role}`, role })).key;
    return made as Record<TenantRole, string>;
  });
  return { id, keys, client: client(keys.admin) };
}

/** A definition that the engine can perform: two steps and a result. */
export function smallDefinition(key: string, more: JsonObject = {}): JsonObject {
  return {
    workflow: key,
    name: `Workflow ${key}`,
    payload: { type: "object" },
    steps: [
      { id: "note", type: "transform.assign", assign: { total: { $expr: "payload.n" } } },
      { id: "done", type: "control.return", output: { $expr: "vars.total" } },
    ],
    ...more,
  };
}
