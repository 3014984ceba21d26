import { CompiledQuery, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import type { DatabaseConnection, Driver, QueryResult } from "kysely";
import pg from "pg";
import type { Schema } from "./schema.ts";

export interface PoolOptions {
  readonly url: string;
  /** Connections at most; 10 when left out. */
  readonly max?: number;
  /** Told of connections that broke; work that used them fails by itself. */
  readonly onPoolError?: (error: Error) => void;
  readonly name: string;
}

const connectTimeoutMs = 10_000;
const statementTimeoutMs = 30_000;
// Longer than a describe of an execution while a run's row is held, shorter than anybody's patience.
const idleInTransactionTimeoutMs = 60_000;

export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.name,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
  });
  // Both are needed: one for idle clients, one for clients in use. Without a listener Node ends the process.
  const report = options.onPoolError ?? (() => {});
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
  return pool;
}

export function openKysely(pool: pg.Pool): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new PoolDriver(pool),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** Statements that begin so are parsed and planned once per connection. They name their columns: `*` may change. */
export const preparedMark = "/* prepared */";

/**
 * kysely's own driver knows neither named statements nor a way to begin a transaction and set its tenant in one round trip.
 * Transactions are opened by `store.ts`, by plain statements on one connection.
 */
class PoolDriver implements Driver {
  readonly #pool: pg.Pool;
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<PoolConnection> {
    return new PoolConnection(await this.#pool.connect());
  }
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin"));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }
  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as PoolConnection).release();
  }
  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

class PoolConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  #broken = false;
  constructor(client: pg.PoolClient) {
    this.#client = client;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const values = [...query.parameters];
    try {
      const result = query.sql.startsWith(preparedMark)
        ? await this.#client.query({ name: statementName(query.sql), text: query.sql, values })
        : await this.#client.query(query.sql, values);
      // Several statements in one text give several results; those texts return nothing that anybody reads.
      if (Array.isArray(result)) return { rows: [] };
      // A failed statement whose error somebody swallowed: nothing of the transaction was kept.
      if (query.sql === "commit" && result.command !== "COMMIT")
        throw new Error("The transaction had failed and was rolled back.");
      return { numAffectedRows: BigInt(result.rowCount ?? 0), rows: result.rows };
    } catch (error) {
      // A connection that cannot even go back is not given to the next tenant.
      if (query.sql === "rollback") this.#broken = true;
      throw error;
    }
  }
  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Results are paged by key, not streamed.");
  }
  release(): void {
    this.#client.release(this.#broken);
  }
}

const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `m${statementNames.size + 1}`;
    statementNames.set(text, name);
  }
  return name;
}
