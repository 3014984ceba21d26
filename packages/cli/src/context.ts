import type { Client } from "@mainspring/api";
import type { Readable } from "node:stream";
import { usageError } from "./cli-error.ts";
import { findConnection, type ConnectionFlags } from "./connection/connection.ts";
import { createOutput, type Output, type OutputStream } from "./output/output.ts";

/** What the process gives a command. Tests give their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborted by Ctrl-C from the moment a command asks for it; until then Ctrl-C ends the process at once. */
  interrupted(): AbortSignal;
}

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly out: Output;
  /** The server, with the tenant's key. */
  client(): Promise<Client>;
  /** The server, with the platform's key. */
  platformClient(): Promise<Client>;
}

/** Options that every command takes. */
export interface CommonOptions extends ConnectionFlags {
  readonly json?: boolean;
}

export function createContext(io: Io, options: CommonOptions): Context {
  const connection = () => findConnection(options, io.env, io.cwd);
  return {
    io,
    out: createOutput(io, io.env, options.json === true),
    async client() {
      const { url, apiKey } = connection();
      return clientOf(url, apiKey);
    },
    async platformClient() {
      const { url, platformKey } = connection();
      if (platformKey === undefined) {
        throw usageError(
          "This needs the platform's key, and none is known.",
          "Give --platform-key, or set MAINSPRING_PLATFORM_KEY.",
        );
      }
      return clientOf(url, platformKey);
    },
  };
}

/** Loaded here, because the contract and its schemas cost more than the whole start of a command without a server. */
async function clientOf(url: string, apiKey: string | undefined): Promise<Client> {
  const { createClient } = await import("@mainspring/api");
  return createClient({ baseUrl: url, apiKey });
}
