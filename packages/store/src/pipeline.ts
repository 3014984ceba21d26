import { channel } from "node:diagnostics_channel";
import type pg from "pg";
import { Batch, wireValue } from "./batch.ts";
import type { KnownStatement, Statement, StatementResult } from "./batch.ts";
import type { Outgoing } from "./prepared.ts";

/** Published to once per round trip, for who counts them. */
export const roundTrips = channel("mainspring:store:round-trip");

/**
 * The way of statements over one connection. Those that are sent without waiting for an answer in between travel together, in the order
 * of the calls: a round trip costs this process two system calls and an awakening, more than most statements do.
 */
export class Pipeline {
  readonly #client: pg.PoolClient;
  #waiting: Statement[] = [];
  #last: Statement | undefined;
  #scheduled = false;
  #closed = false;
  #roundsSent = 0;
  #inFlight: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** The first failure of a statement that nobody reads. */
  get unreadFailure(): Error | undefined {
    return this.#failure;
  }

  /** Goes with everything else that is sent before the process turns to its events again. */
  read(outgoing: Outgoing): Promise<StatementResult> {
    return new Promise((succeeded, failed) => {
      this.#refuseWhenClosed();
      this.#waiting.push(statement(outgoing, succeeded, failed));
      this.#sendSoon();
    });
  }

  /** Goes with the next one that is read. Its failure is also the failure of those behind it. */
  unread(outgoing: Outgoing): void {
    this.#refuseWhenClosed();
    this.#waiting.push(statement(outgoing, ignore, (error) => (this.#failure ??= error)));
  }

  /** Goes at the end of the next round, which `flush` sends where nothing else does. After that round nothing more can be sent. */
  last(outgoing: Outgoing): Promise<StatementResult> {
    return new Promise((succeeded, failed) => {
      this.#last = statement(outgoing, succeeded, failed);
    });
  }

  flush(): void {
    this.#sendSoon();
  }

  /** Drops what has not been sent; what is in flight is answered first. @returns whether anything was sent */
  async abandon(): Promise<boolean> {
    this.#closed = true;
    this.#waiting = [];
    await this.#inFlight;
    return this.#roundsSent > 0;
  }

  #refuseWhenClosed(): void {
    if (this.#closed)
      throw new Error("The transaction is over: a statement came after its end, or after its last round.");
  }

  #sendSoon(): void {
    if (this.#scheduled || this.#inFlight !== undefined) return;
    this.#scheduled = true;
    // Runs when all promises that can go on without an answer have gone on.
    process.nextTick(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    const statements = this.#waiting;
    this.#waiting = [];
    if (this.#last !== undefined && !this.#closed) {
      statements.push(this.#last);
      this.#closed = true;
    }
    if (statements.length === 0) return;
    this.#roundsSent++;
    roundTrips.publish(statements.length);
    this.#inFlight = new Promise((answered) => {
      const done = (): void => {
        this.#inFlight = undefined;
        answered();
        if (this.#waiting.length > 0) this.#sendSoon();
      };
      this.#client.query(new Batch(this.#client, statements, knownTo(this.#client), done));
    });
  }
}

const kept = new WeakMap<pg.PoolClient, Map<string, KnownStatement>>();

/** The named statements of a connection; as long as it lives. */
function knownTo(client: pg.PoolClient): Map<string, KnownStatement> {
  let known = kept.get(client);
  if (known === undefined) {
    known = new Map();
    kept.set(client, known);
  }
  return known;
}

function statement(
  { text, name, values }: Outgoing,
  succeeded: Statement["succeeded"],
  failed: Statement["failed"],
): Statement {
  return { text, name, values: values.map(wireValue), succeeded, failed };
}

function ignore(): void {}
