import type pg from "pg";
import { serialize } from "pg-protocol";

/** A value as a parameter travels: text, or bytes for bytea. */
type WireValue = string | Buffer | null;

export interface Statement {
  readonly text: string;
  readonly values: readonly WireValue[];
  /** Parsed and planned once per connection under this name; "" for one that is not kept. */
  readonly name: string;
  readonly succeeded: (result: StatementResult) => void;
  readonly failed: (error: Error) => void;
}

export interface StatementResult {
  /** The first word of what the server says was done: `INSERT`, `COMMIT`, `ROLLBACK`. */
  readonly command: string;
  readonly rowCount: number;
  readonly rows: { [column: string]: unknown }[];
}

/** A named statement as one connection knows it. */
export interface KnownStatement {
  /** `doubtful`: it went in a batch that failed, and whether the server kept it is unknown. */
  state: "new" | "kept" | "doubtful";
  columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/**
 * Statements that travel together: one write, one sync, one answer, whatever their number. The server performs them in order and
 * passes over those behind the first that fails, so a commit among these does not happen.
 *
 * pg's own `Query` is one statement and one round trip. The methods below are those that its client calls on whatever it was given to
 * submit; they are called in the order of the protocol's messages.
 */
export class Batch implements pg.Submittable {
  readonly #client: pg.PoolClient;
  readonly #statements: readonly Statement[];
  readonly #known: Map<string, KnownStatement>;
  readonly #answered: () => void;
  readonly #introduced: KnownStatement[] = [];
  readonly #results: StatementResult[] = [];
  /** Of the statement that is being answered. */
  #columns: readonly Column[] = [];
  #rows: { [column: string]: unknown }[] = [];

  constructor(
    client: pg.PoolClient,
    statements: readonly Statement[],
    known: Map<string, KnownStatement>,
    answered: () => void,
  ) {
    this.#client = client;
    this.#statements = statements;
    this.#known = known;
    this.#answered = answered;
  }

  submit(connection: pg.Connection): void {
    const messages: Buffer[] = [];
    for (const { name, text, values } of this.#statements) {
      const known = this.#knownAs(name);
      const parses = known.state !== "kept";
      if (known.state === "doubtful") messages.push(serialize.close({ type: "S", name }));
      if (parses) {
        messages.push(serialize.parse({ name, text }));
        this.#introduced.push(known);
        if (name !== "") known.state = "kept";
      }
      messages.push(serialize.bind({ statement: name, values: [...values] }));
      // What a kept statement returns cannot change, so it is asked for once.
      if (parses) messages.push(serialize.describe({ type: "P" }));
      messages.push(serialize.execute());
    }
    messages.push(serialize.sync());
    connection.stream.write(Buffer.concat(messages));
    this.#begin();
  }

  #knownAs(name: string): KnownStatement {
    const known = this.#known.get(name) ?? { state: "new", columns: [] };
    if (name !== "") this.#known.set(name, known);
    return known;
  }

  #begin(): void {
    const next = this.#statements[this.#results.length];
    this.#columns = next === undefined ? [] : (this.#known.get(next.name)?.columns ?? []);
    this.#rows = [];
  }

  handleRowDescription(message: {
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  }): void {
    this.#columns = message.fields.map(({ name, dataTypeID }) => ({
      name,
      parse: this.#client.getTypeParser(dataTypeID, "text") as (text: string) => unknown,
    }));
    const known = this.#known.get(this.#statements[this.#results.length]?.name ?? "");
    if (known !== undefined) known.columns = this.#columns;
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    const row: { [column: string]: unknown } = {};
    for (let i = 0; i < this.#columns.length; i++) {
      const { name, parse } = this.#columns[i] as Column;
      const text = message.fields[i] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const words = message.text.split(" ");
    this.#results.push({ command: words[0] ?? "", rowCount: Number(words.at(-1)) || 0, rows: this.#rows });
    this.#begin();
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  handleReadyForQuery(): void {
    this.#statements.forEach((statement, i) => statement.succeeded(this.#results[i] as StatementResult));
    this.#answered();
  }

  handleError(error: Error): void {
    for (const known of this.#introduced) known.state = "doubtful";
    this.#statements.forEach((statement, i) => {
      const result = this.#results[i];
      if (result === undefined) statement.failed(error);
      else statement.succeeded(result);
    });
    this.#answered();
  }
}

/** A parameter as it travels. Numbers and texts stand in arrays; other objects go as JSON. @throws RangeError for an invalid date */
export function wireValue(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return arrayText(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value as number | bigint | boolean);
}

function arrayText(items: readonly unknown[]): string {
  const texts = items.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (typeof item === "number") return String(item);
    return `"${String(wireValue(item)).replace(/["\\]/g, (special) => `\\${special}`)}"`;
  });
  return `{${texts.join(",")}}`;
}
