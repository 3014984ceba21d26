import { Readable, Writable } from "node:stream";
import type { Io } from "../context.ts";
import type { OutputStream } from "../output/output.ts";
import { runCommandLine } from "../program.ts";

export interface Captured {
  readonly io: Io;
  stdout(): string;
  stderr(): string;
}

/** Streams that keep what is written; no terminal unless `columns` is given. */
export function capturedIo(
  given: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly stdin?: string;
    readonly columns?: number;
  } = {},
): Captured {
  const out = capturedStream(given.columns);
  const err = capturedStream(given.columns);
  return {
    io: {
      stdin: Readable.from([given.stdin ?? ""]),
      stdout: out.stream,
      stderr: err.stream,
      env: given.env ?? {},
      cwd: given.cwd ?? "/",
      interrupted: () => new AbortController().signal,
    },
    stdout: out.text,
    stderr: err.text,
  };
}

/** Runs a command line in this process. */
export async function runHere(
  args: readonly string[],
  given: Parameters<typeof capturedIo>[0] = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const captured = capturedIo(given);
  const code = await runCommandLine(args, captured.io);
  return { code, stdout: captured.stdout(), stderr: captured.stderr() };
}

function capturedStream(columns: number | undefined): { stream: OutputStream; text: () => string } {
  let text = "";
  const writable = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  const stream: OutputStream = columns === undefined ? writable : Object.assign(writable, { isTTY: true, columns });
  return { stream, text: () => text };
}
