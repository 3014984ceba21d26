// The few requests that starting the stack makes to its own server.

export type Reply = { status: number; body: Record<string, unknown> };

export type Api = {
  /** A string as `body` is sent as YAML, anything else as JSON. Rejects when the server cannot be reached. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** The open stream of a run's journal after `afterSeq`. */
  stream(runId: string, afterSeq: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
};

export function apiOf(url: string, key: string): Api {
  // A connection kept open for the next request would keep the server waiting when the stack stops.
  const common = { authorization: `Bearer ${key}`, connection: "close" };
  return {
    async request(method, path, body, headers = {}) {
      const isText = typeof body === "string";
      const reply = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...common,
          ...headers,
          ...(body === undefined ? {} : { "content-type": isText ? "application/yaml" : "application/json" }),
        },
        body: isText ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
    },
    async stream(runId, afterSeq, signal) {
      const reply = await fetch(`${url}/api/v1/runs/${runId}/stream`, {
        headers: { ...common, accept: "text/event-stream", "last-event-id": String(afterSeq) },
        signal,
      });
      if (!reply.ok || reply.body === null) throw new Error(`The stream of run ${runId} answered ${reply.status}`);
      return reply.body;
    },
  };
}

/** The body of a reply with one of the expected statuses, else an error that repeats what the server said. */
export function expectStatus(reply: Reply, ...expected: number[]): Record<string, unknown> {
  if (expected.includes(reply.status)) return reply.body;
  throw new Error(`The server answered ${reply.status}: ${describeProblem(reply.body)}`);
}

/** A problem document in one line: its first error, or else issue, when it has any. */
export function describeProblem(problem: Record<string, unknown>): string {
  const issues = Array.isArray(problem["issues"]) ? (problem["issues"] as Record<string, unknown>[]) : [];
  const first = issues.find(({ severity }) => severity === "error") ?? issues[0];
  const { code, message, title, detail } = { ...problem, ...first };
  return [code, message ?? detail ?? title].filter((part) => typeof part === "string").join(": ");
}
