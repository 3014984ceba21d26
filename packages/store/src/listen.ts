import pg from "pg";

/** Names of Postgres notification channels. The payload is the tenant's id unless said otherwise. */
export const channels = {
  outbox: "mainspring_outbox",
  inbox: "mainspring_inbox",
  /** Payload: a tenant in which a run has ended while starts are held. */
  ends: "mainspring_ends",
  /** Payload `<tenant>:<run>`: the run has new entries. */
  journal: "mainspring_journal",
} as const;

export type Channel = keyof typeof channels;

const reconnectMs = 500;

/**
 * Calls `onNotify` for each notification on a connection of its own, which is made again when it breaks. Whatever was told
 * meanwhile is lost, so listeners poll as well; after each reconnection `onNotify` is called with an empty payload.
 * @returns ends it; resolves once the connection is closed
 * @throws when the first connection fails
 */
export async function listen(
  url: string,
  channel: Channel,
  onNotify: (payload: string) => void,
): Promise<() => Promise<void>> {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: `mainspring listen ${channel}`,
      keepAlive: true,
    });
    next.on("error", () => {}); // "end" follows
    next.on("end", () => {
      if (client === next) client = undefined;
      if (!ended) retry();
    });
    next.on("notification", (message) => onNotify(message.payload ?? ""));
    client = next;
    try {
      await next.connect();
      await next.query(`listen ${channels[channel]}`);
    } catch (error) {
      // Another connection takes its place: this one must not stay beside it.
      void next.end().catch(() => {});
      throw error;
    }
  };
  const retry = (): void => {
    if (ended || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (ended) return;
      connect().then(
        () => onNotify(""),
        () => retry(),
      );
    }, reconnectMs);
  };

  try {
    await connect();
  } catch (error) {
    ended = true;
    throw error;
  }
  return async () => {
    ended = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
