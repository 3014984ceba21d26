import {
  DummyDriver,
  DefaultQueryExecutor,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { CompiledQuery, ConnectionProvider, Dialect, QueryExecutor, QueryResult } from "kysely";
import pg from "pg";
import { Pipeline } from "./pipeline.ts";
import type { Schema } from "./schema.ts";

export { preparedMark } from "./pipeline.ts";

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

/** For statements that stand alone, each a transaction of its own. A tenant's go through `transaction.ts`. */
export function openKysely(pool: pg.Pool): Kysely<Schema> {
  return kyselyOf(
    executorOf(async (query) => {
      const client = await pool.connect();
      try {
        return await readThrough(new Pipeline(client), query);
      } finally {
        client.release();
      }
    }),
  );
}

/** Sends a query of kysely's and gives back what it returned. */
export async function readThrough<R>(pipeline: Pipeline, query: CompiledQuery): Promise<QueryResult<R>> {
  const { rowCount, rows } = await pipeline.read(query);
  return { numAffectedRows: BigInt(rowCount), rows: rows as R[] };
}

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();
const driver = new DummyDriver();
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => compiler,
};

/** kysely writes queries and we perform them: its own drivers wait for each answer before they send the next. */
export function kyselyOf(executor: QueryExecutor): Kysely<Schema> {
  return new Kysely<Schema>({ config: { dialect }, dialect, driver, executor });
}

export function executorOf(execute: <R>(query: CompiledQuery) => Promise<QueryResult<R>>): QueryExecutor {
  const connection = {
    executeQuery: execute,
    streamQuery: () => {
      throw new Error("Results are paged by key, not streamed.");
    },
  };
  const provider: ConnectionProvider = { provideConnection: (consumer) => consumer(connection) };
  return new DefaultQueryExecutor(compiler, adapter, provider);
}
