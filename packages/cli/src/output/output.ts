import type { Writable } from "node:stream";
import { paintFor, type Paint } from "./paint.ts";
import type { TableOptions } from "./table.ts";

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a command writes: results to stdout, everything that tells how it goes to stderr. */
export interface Output {
  readonly isJson: boolean;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly paintProgress: Paint;
  /** For tables on stdout. */
  readonly tableOptions: TableOptions;
  /** The command's result: one JSON document with `--json`, else the lines. */
  result(value: unknown, lines: () => readonly string[]): void;
  /** One item of a result that comes bit by bit: a line of JSON with `--json`, else a line of text if there is one. */
  item(value: unknown, line: () => string | undefined): void;
  /** A line on stderr. */
  progress(line: string): void;
}

export function createOutput(
  streams: { readonly stdout: OutputStream; readonly stderr: OutputStream },
  env: NodeJS.ProcessEnv,
  isJson: boolean,
): Output {
  const { stdout, stderr } = streams;
  const paint = paintFor(stdout, env);
  const write = (line: string): void => void stdout.write(`${line}\n`);
  return {
    isJson,
    paint,
    paintProgress: paintFor(stderr, env),
    tableOptions: { paint, columns: stdout.isTTY === true ? stdout.columns : undefined },
    result(value, lines) {
      if (isJson) write(JSON.stringify(value, null, 2));
      else for (const line of lines()) write(line);
    },
    item(value, line) {
      if (isJson) return write(JSON.stringify(value));
      const text = line();
      if (text !== undefined) write(text);
    },
    progress: (line) => void stderr.write(`${line}\n`),
  };
}
