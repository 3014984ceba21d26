import { parseMasterKeys } from "@mainspring/store";
import type { MasterKeys } from "@mainspring/store";

/** What the server is told by its environment, checked. */
export interface ServerConfig {
  readonly databaseUrl: string;
  /** Role `dispatcher`: listens to the journal's notifications. */
  readonly dispatcherDatabaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly platformKey: string;
  /** Protect the tenants' secrets. */
  readonly masterKeys: MasterKeys;
  /** Serves `/demo/*`; only on loopback. */
  readonly isDevelopment: boolean;
  readonly logLevel: string;
}

/** A setting that the server refuses to start with. The message says which, why and what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Environment = { readonly [name: string]: string | undefined };

const platformKeyMin = 24;
const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const logLevels = new Set(["fatal", "error", "warn", "info", "debug", "trace", "silent"]);

/** @throws ConfigError */
export function readConfig(env: Environment): ServerConfig {
  const host = env.MAINSPRING_HOST ?? "127.0.0.1";
  const isDevelopment = env.MAINSPRING_DEV === "1";
  if (isDevelopment && env.NODE_ENV === "production")
    throw new ConfigError("MAINSPRING_DEV=1 and NODE_ENV=production exclude each other: unset one of them.");
  if (isDevelopment && !loopback.has(host)) {
    throw new ConfigError(`MAINSPRING_DEV=1 serves loopback only, but MAINSPRING_HOST is ${host}: unset one of them.`);
  }
  const databaseUrl = required(
    env,
    "DATABASE_URL",
    "the Postgres address of the role `app`, such as postgres://app:...@127.0.0.1:5432/mainspring",
  );
  const logLevel = env.MAINSPRING_LOG_LEVEL ?? "info";
  if (!logLevels.has(logLevel))
    throw new ConfigError(`MAINSPRING_LOG_LEVEL is ${logLevel}: set it to one of ${[...logLevels].join(", ")}.`);
  return {
    databaseUrl,
    dispatcherDatabaseUrl: required(env, "DISPATCHER_DATABASE_URL", "the Postgres address of the role `dispatcher`"),
    temporalAddress: env.TEMPORAL_ADDRESS ?? "127.0.0.1:7233",
    temporalNamespace: env.TEMPORAL_NAMESPACE ?? "default",
    host,
    port: portOf(env.MAINSPRING_PORT ?? "7070"),
    platformKey: strongKey(
      required(
        env,
        "MAINSPRING_PLATFORM_KEY",
        `a random secret of at least ${platformKeyMin} characters, such as from \`openssl rand -hex 24\``,
      ),
    ),
    masterKeys: masterKeys(env.MAINSPRING_MASTER_KEYS),
    isDevelopment,
    logLevel,
  };
}

function masterKeys(text: string | undefined): MasterKeys {
  try {
    return parseMasterKeys(text);
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function required(env: Environment, name: string, what: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new ConfigError(`${name} is not set: set it to ${what}.`);
  return value;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new ConfigError(`MAINSPRING_PORT is ${text}: set it to a port from 0 to 65535.`);
  return port;
}

function strongKey(key: string): string {
  const advice = `set it to a random secret, such as from \`openssl rand -hex 24\`.`;
  if (key.length < platformKeyMin)
    throw new ConfigError(
      `MAINSPRING_PLATFORM_KEY has ${key.length} characters, fewer than ${platformKeyMin}: ${advice}`,
    );
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ConfigError(`MAINSPRING_PLATFORM_KEY has characters that a header cannot carry: ${advice}`);
  // Ten different characters: `changemechangemechangeme` and rows of one digit have fewer.
  if (new Set(key).size < 10 || /password|changeme|secret/i.test(key))
    throw new ConfigError(`MAINSPRING_PLATFORM_KEY can be guessed: ${advice}`);
  return key;
}
