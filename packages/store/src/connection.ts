import {
  DummyDriver,
  DefaultQueryExecutor,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { CompiledQuery, DatabaseConnection, Dialect, QueryExecutor, QueryResult } from "kysely";
import pg from "pg";
import { Pipeline } from "./pipeline.ts";
import { nameOf } from "./prepared.ts";
import type { Performs } from "./prepared.ts";
import type { Schema } from "./schema.ts";

export { preparedMark } from "./prepared.ts";

export interface PoolOptions {
  readonly url: string;
  /** Connections at most; 10 when left out. */
  readonly max?: number;
  /** Connections that stay open when nobody uses them, once they were made; none when left out. */
  readonly kept?: number;
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
    min: options.kept ?? 0,
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
  return kyselyOn({
    async perform(statement) {
      const client = await pool.connect();
      try {
        return await new Pipeline(client).read(statement);
      } finally {
        client.release();
      }
    },
  });
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

export function kyselyOn(connection: Performs): Kysely<Schema> {
  return new Kysely<Schema>({ config: { dialect }, dialect, driver, executor: executorOn(connection) });
}

/** kysely writes queries, and we perform them: its own drivers wait for each answer before they send the next. */
export function executorOn(connection: Performs): QueryExecutor {
  const provided: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const { rowCount, rows } = await connection.perform({ text: sql, name: nameOf(sql), values: parameters });
      return { numAffectedRows: BigInt(rowCount), rows: rows as R[] };
    },
    streamQuery() {
      throw new Error("Results are paged by key, not streamed.");
    },
  };
  return new DefaultQueryExecutor(compiler, adapter, { provideConnection: (consumer) => consumer(provided) });
}
