import type { Agent, Dispatcher } from "undici";
import { startDeadline } from "../deadline.ts";
import type { Deadline } from "../deadline.ts";
import { ActionFailure } from "../failure.ts";
import { guardedAgent, resolveHost } from "./connector.ts";
import type { ResolveHost } from "./connector.ts";
import { checkUrl, egressPolicy, writtenHost } from "./egress.ts";
import type { EgressAllow } from "./egress-rules.ts";
import type { EgressPolicy } from "./egress.ts";
import { connectionFailure, redirectsExceeded, timeExceeded, urlInvalid } from "./failures.ts";
import { headersFromRaw } from "./headers.ts";
import { nextHop } from "./redirects.ts";
import type { Hop } from "./redirects.ts";
import { readBody } from "./response-body.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** The host as it was written where `url` is not the author's own text any more. */
  readonly writtenHost?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What the tenant may reach beyond the public internet. */
  readonly egressAllow: EgressAllow;
  /** The hosts that the action declares; left out: any. */
  readonly hosts?: readonly string[];
  /** Covers the exchange with all its redirects. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Whether the caller takes this status as an answer. An accepted redirect is not followed; the body of any other
   * answer is cut instead of being a failure when it is too large.
   */
  accepts(status: number): boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated ones are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded where the server compressed it. */
  readonly body: Uint8Array;
  /** Whether the end of a body that was not accepted is missing. */
  readonly cut: boolean;
}

/** An HTTP client that reaches no private address unless the tenant's allow-list opens it. */
export interface HttpClient {
  /**
   * @throws ActionFailure EGRESS_REFUSED, HTTP_URL_INVALID, HTTP_TOO_MANY_REDIRECTS, HTTP_RESPONSE_TOO_LARGE,
   * HTTP_CONNECTION_FAILED (transient), HTTP_TIMEOUT; and the signal's own reason when that was aborted
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends the idle connections and waits for those in use. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly resolve?: ResolveHost;
  /** Of an accepted body, after decompression. */
  readonly bodyMaxBytes?: number;
}

const bodyMaxBytesDefault = 5 * 1024 * 1024;
const cutBodyMaxBytes = 64 * 1024;
const redirectsMax = 5;
const agentsMax = 64;

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { resolve = resolveHost, bodyMaxBytes = bodyMaxBytesDefault } = options;
  // One agent per policy: a connection is never used under a policy that it was not checked for. Oldest use first.
  const agents = new Map<string, Agent>();
  const agentFor = (policy: EgressPolicy): Agent => {
    const agent = agents.get(policy.id) ?? guardedAgent(policy, resolve);
    agents.delete(policy.id);
    agents.set(policy.id, agent);
    const [oldest] = agents;
    if (agents.size > agentsMax && oldest !== undefined) {
      agents.delete(oldest[0]);
      void oldest[1].close();
    }
    return agent;
  };
  return {
    async request(request) {
      const deadline = startDeadline(request.signal, request.timeoutMs);
      try {
        const policy = egressPolicy(request.egressAllow);
        return await followed(request, policy, agentFor(policy), deadline.signal, bodyMaxBytes);
      } catch (error) {
        throw requestFailure(error, request, deadline);
      } finally {
        deadline.clear();
      }
    },
    async close() {
      const open = [...agents.values()];
      agents.clear();
      await Promise.all(open.map((agent) => agent.close()));
    },
  };
}

let shared: HttpClient | undefined;

/** The client that all calls of this process share, made at its first use. */
export function sharedHttpClient(): HttpClient {
  shared ??= createHttpClient();
  return shared;
}

async function followed(
  request: HttpRequest,
  policy: EgressPolicy,
  agent: Agent,
  signal: AbortSignal,
  bodyMaxBytes: number,
): Promise<HttpResponse> {
  const url = URL.parse(request.url);
  if (url === null) throw urlInvalid(request.url);
  const written = request.writtenHost ?? writtenHost(request.url);
  let hop: Hop = { method: request.method, url, written, headers: request.headers, body: request.body };
  for (let redirects = 0; ; redirects += 1) {
    checkUrl(hop.url, policy, request.hosts, hop.written);
    const answer = await exchange(hop, agent, signal);
    const headers = headersFromRaw(answer.headers);
    const accepted = request.accepts(answer.statusCode);
    const next = accepted ? undefined : nextHop(hop, answer.statusCode, headers.location);
    if (next === undefined) {
      const limit = accepted
        ? { maxBytes: bodyMaxBytes, over: "fail" as const }
        : { maxBytes: cutBodyMaxBytes, over: "cut" as const };
      return { status: answer.statusCode, headers, ...(await readBody(answer.body, headers, limit)) };
    }
    await answer.body.dump({ limit: cutBodyMaxBytes, signal });
    if (redirects >= redirectsMax) throw redirectsExceeded(redirectsMax, next.url);
    hop = next;
  }
}

type RawAnswer = Omit<Dispatcher.ResponseData, "headers"> & { headers: unknown };

function exchange(hop: Hop, agent: Agent, signal: AbortSignal): Promise<RawAnswer> {
  return agent.request({
    origin: hop.url.origin,
    path: hop.url.pathname + hop.url.search,
    method: hop.method as Dispatcher.HttpMethod,
    headers: hop.headers,
    body: hop.body ?? null,
    signal,
    // As pairs: a header may have any name, that of an object's prototype too.
    responseHeaders: "raw",
  });
}

function requestFailure(error: unknown, request: HttpRequest, deadline: Deadline): unknown {
  if (deadline.ended() === "expired") return timeExceeded(request.timeoutMs ?? 0);
  if (deadline.ended() === "aborted" || error instanceof ActionFailure) return error;
  return connectionFailure(error, request.url);
}
