import type { StatementResult } from "./batch.ts";

/** Statements that begin so are parsed and planned once per connection. They name their columns: `*` may change. */
export const preparedMark = "/* prepared */";

/** A statement with its values, on its way to a connection. */
export interface Outgoing {
  readonly text: string;
  /** Under which connections keep it; "" for one that is not kept. */
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What performs statements: a transaction, or its `unread`. */
export interface Performs {
  perform(statement: Outgoing): Promise<StatementResult>;
}

/**
 * A statement, or a part of one, of which only the values change. It is used as kysely's `sql`, but its text is made once and not at
 * each use, which takes 20 µs: much where a call takes ten of them. A part must be the same at each use, but for its values.
 */
export function prepared<R = unknown>(strings: TemplateStringsArray, ...values: readonly unknown[]): Prepared<R> {
  return new Prepared<R>(strings, values);
}

export class Prepared<R> {
  readonly strings: TemplateStringsArray;
  readonly values: readonly unknown[];

  constructor(strings: TemplateStringsArray, values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }

  async execute(on: Performs): Promise<{ readonly rows: R[] }> {
    const { text, name } = written(this);
    return (await on.perform({ text, name, values: flatValues(this) })) as unknown as { readonly rows: R[] };
  }
}

interface Written {
  readonly text: string;
  readonly name: string;
  readonly parts: readonly TemplateStringsArray[];
}

const writtenFor = new WeakMap<TemplateStringsArray, Written>();

function written(statement: Prepared<unknown>): Written {
  const parts = partsOf(statement);
  const known = writtenFor.get(statement.strings);
  if (known === undefined) {
    const text = preparedMark + textOf(statement, { values: 0 });
    const made = { text, name: nameOf(text), parts };
    writtenFor.set(statement.strings, made);
    return made;
  }
  if (parts.some((part, i) => part !== known.parts[i]))
    throw new Error(`A part of a prepared statement is another than at its first use: ${known.text}`);
  return known;
}

function partsOf({ values }: Prepared<unknown>): readonly TemplateStringsArray[] {
  return hasParts(values) ? values.flatMap((value) => (isPart(value) ? [value.strings, ...partsOf(value)] : [])) : [];
}

function textOf({ strings, values }: Prepared<unknown>, count: { values: number }): string {
  return strings.reduce((before, after, i) => {
    const value = values[i - 1];
    return before + (isPart(value) ? textOf(value, count) : `$${++count.values}`) + after;
  });
}

function flatValues({ values }: Prepared<unknown>): readonly unknown[] {
  return hasParts(values) ? values.flatMap((value) => (isPart(value) ? flatValues(value) : [value])) : values;
}

function hasParts(values: readonly unknown[]): boolean {
  return values.some(isPart);
}

function isPart(value: unknown): value is Prepared<unknown> {
  return value instanceof Prepared;
}

const names = new Map<string, string>();

/** The name under which connections keep a statement. */
export function nameOf(text: string): string {
  if (!text.startsWith(preparedMark)) return "";
  let name = names.get(text);
  if (name === undefined) {
    name = `m${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}
