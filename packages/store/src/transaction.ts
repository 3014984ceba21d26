import type { Kysely, QueryExecutorProvider } from "kysely";
import type pg from "pg";
import type { StatementResult } from "./batch.ts";
import { executorOn, kyselyOn } from "./connection.ts";
import { Pipeline } from "./pipeline.ts";
import { nameOf, preparedMark } from "./prepared.ts";
import type { Outgoing, Performs } from "./prepared.ts";
import type { Schema } from "./schema.ts";

/** By these a transaction saves round trips; see `Pipeline`. Statements sent side by side (`Promise.all`) share one in any case. */
export interface Rounds {
  /**
   * `.execute(db.unread)`: a statement of whose result nothing is needed, not even that it has succeeded. It goes with the next one that
   * is read, or with the commit, and a failure is theirs.
   */
  readonly unread: QueryExecutorProvider & Performs;
  /**
   * The commit goes with the statements that are sent next; their results come when it is done. Nothing can be sent, and nothing may
   * fail, after them.
   */
  lastRound(): void;
}

export type Transaction = Kysely<Schema> & Performs & Rounds;

const begin = outgoing("begin");
const commit = outgoing("commit");
const setTenant = outgoing("select set_config('app.tenant', $1, true)");

/** @param tenantId "" for none */
export async function inTransaction<T>(
  pool: pg.Pool,
  tenantId: string,
  work: (db: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const pipeline = new Pipeline(client);
  let committed: Promise<StatementResult> | undefined;
  const lastRound = (): void => {
    committed ??= pipeline.last(commit);
    committed.catch(() => {}); // read below, unless `work` fails
  };
  let begun = false;
  const beginOnce = (): void => {
    if (begun) return;
    begun = true;
    pipeline.unread(begin);
    // The setting ends with the transaction, so a pooled connection carries no tenant to the next.
    pipeline.unread({ ...setTenant, values: [tenantId] });
  };
  let broken = false;
  try {
    const result = await work(transactionOn(pipeline, { beginOnce, lastRound }));
    if (!begun) return result; // no statement was sent
    lastRound();
    pipeline.flush();
    const ended = await committed;
    // A failed statement whose error nobody has seen, or somebody swallowed: nothing of the transaction was kept.
    if (ended?.command !== "COMMIT")
      throw pipeline.unreadFailure ?? new Error("The transaction had failed and was rolled back.");
    return result;
  } catch (error) {
    if (await pipeline.abandon()) {
      await client.query("rollback").catch(() => {
        broken = true; // a connection that cannot even go back is not given to the next tenant
      });
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

function transactionOn(
  pipeline: Pipeline,
  { beginOnce, lastRound }: { readonly beginOnce: () => void; readonly lastRound: () => void },
): Transaction {
  const read: Performs = {
    perform(statement) {
      beginOnce();
      return pipeline.read(statement);
    },
  };
  const unread: Performs = {
    async perform(statement) {
      beginOnce();
      pipeline.unread(statement);
      return nothingRead;
    },
  };
  const unreadExecutor = executorOn(unread);
  return Object.assign(kyselyOn(read), read, {
    unread: { ...unread, getExecutor: () => unreadExecutor },
    lastRound,
  });
}

const nothingRead: StatementResult = { command: "", rowCount: 0, rows: [] };

function outgoing(text: string): Outgoing {
  const marked = `${preparedMark} ${text}`;
  return { text: marked, name: nameOf(marked), values: [] };
}
