/** One piece of work of a trace, as it is sent. Names and ids only: never what a run carries. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed, as a code; left out: it did not. */
  readonly error?: string;
}

export interface Exporter {
  /** Never waits and never throws; over {@link queuedMax} waiting spans further ones are dropped. */
  add(span: Span): void;
  /** Resolves when nothing waits any more. */
  flush(): Promise<void>;
}

// Numbers of OTLP's `SpanKind`.
const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const statusError = 2;
const everyMs = 1_000;
const sentAtOnce = 512;
export const queuedMax = 4_096;
const withinMs = 5_000;
const complainEveryMs = 60_000;

/**
 * Sends spans as OTLP's JSON over HTTP, in batches. A collector that is away costs spans and nothing else.
 * @param complain told once a minute at most why spans are lost
 */
export function otlpExporter(options: {
  /** Without its path: `http://collector:4318`. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly service: string;
  readonly complain: (message: string) => void;
}): Exporter {
  const url = `${options.endpoint.replace(/\/+$/, "")}/v1/traces`;
  const queue: Span[] = [];
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let complainedMs = Number.NEGATIVE_INFINITY;
  const lost = (why: string): void => {
    if (performance.now() - complainedMs < complainEveryMs) return;
    complainedMs = performance.now();
    options.complain(`traces are lost: ${why}`);
  };
  const send = async (spans: readonly Span[]): Promise<void> => {
    try {
      const reply = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...options.headers },
        body: JSON.stringify(documentOf(options.service, spans)),
        signal: AbortSignal.timeout(withinMs),
      });
      await reply.body?.cancel();
      if (!reply.ok) lost(`${url} answered ${reply.status}`);
    } catch (error) {
      lost(`${url}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  // What waits for a slow collector waits in the queue, which has an end.
  const sendAll = async (): Promise<void> => {
    while (queue.length > 0) await send(queue.splice(0, sentAtOnce));
    sending = undefined;
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (queue.length > 0) sending ??= sendAll();
    return sending ?? Promise.resolve();
  };
  return {
    add(span) {
      if (queue.length >= queuedMax) {
        lost(`${queuedMax} wait already`);
        return;
      }
      queue.push(span);
      if (queue.length >= sentAtOnce) void flush();
      else timer ??= setTimeout(() => void flush(), everyMs).unref();
    },
    flush,
  };
}

function documentOf(service: string, spans: readonly Span[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ "service.name": service }) },
        scopeSpans: [{ scope: { name: "mainspring" }, spans: spans.map(spanDocument) }],
      },
    ],
  };
}

function spanDocument(span: Span): object {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, error } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: kinds[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
    attributes: attributesOf(attributes),
    status: error === undefined ? {} : { code: statusError, message: error },
  };
}

function attributesOf(values: Span["attributes"]): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : typeof value === "boolean"
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }));
}

/** As JSON carries 64 bits: a string. */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1_000))}000`;
}
