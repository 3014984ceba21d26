/** Where stream producers put their events, and how they are read. */
export interface StreamSettings {
  readonly url: string;
  /** A tenant's stream is `<prefix><tenant id>`. */
  readonly prefix: string;
  readonly group: string;
  /** Entries that a consumer takes of one stream at a time. */
  readonly batchSize: number;
  /** Entries that a consumer has had for so long are taken over by another. */
  readonly idleTimeoutMs: number;
}

export const redisUrlVariable = "REDIS_URL";

export const streamDefaults = {
  prefix: "workflow:events:",
  group: "workflow-workers",
  batchSize: 10,
  idleTimeoutMs: 60_000,
} as const;

/**
 * @returns undefined without `REDIS_URL`: there is no stream then
 * @throws Error that names the variable which has no usable value
 */
export function streamFromEnvironment(env: NodeJS.ProcessEnv): StreamSettings | undefined {
  const url = env[redisUrlVariable];
  if (url === undefined || url === "") return undefined;
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new Error(`${redisUrlVariable} must be an address such as redis://127.0.0.1:6379`);
  return {
    url,
    prefix: env["WORKFLOW_REDIS_STREAM_PREFIX"] || streamDefaults.prefix,
    group: env["WORKFLOW_REDIS_CONSUMER_GROUP"] || streamDefaults.group,
    batchSize: whole(env, "WORKFLOW_REDIS_BATCH_SIZE", streamDefaults.batchSize, 1_000),
    idleTimeoutMs: whole(env, "WORKFLOW_REDIS_IDLE_TIMEOUT_MS", streamDefaults.idleTimeoutMs, 86_400_000),
  };
}

/** Streams of events whose tenant nobody knows end here. */
export function deadLetterStream(settings: Pick<StreamSettings, "prefix">): string {
  return `${settings.prefix}dead-letters`;
}

function whole(env: NodeJS.ProcessEnv, variable: string, otherwise: number, max: number): number {
  const text = env[variable];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`${variable} is ${text}: set it to a whole number from 1 to ${max}`);
}
