import type { Json } from "@mainspring/core";
import { ActionFailure } from "../failure.ts";
import type { HttpClient, HttpResponse } from "./client.ts";
import { writtenHost } from "./egress.ts";
import type { EgressAllow } from "./egress-rules.ts";
import { detailBodyMaxBytes, statusFailure, urlInvalid } from "./failures.ts";
import { replyBody } from "./reply-body.ts";
import { traceCall } from "./traced-calls.ts";

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

type Scalar = string | number | boolean;

export interface HttpCall {
  readonly method: HttpMethod;
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the URL's own; null members are left out, lists repeat their name. */
  readonly query?: Readonly<Record<string, Scalar | null | readonly Scalar[]>>;
  /** Text goes as it is; null or nothing is no body; every other value goes as JSON. */
  readonly body?: unknown;
  /** Covers the exchange with all its redirects; the action's own deadline holds besides. */
  readonly timeoutMs?: number;
  /** Statuses that count as answers besides 2xx. A redirect listed here is not followed. */
  readonly okStatus?: readonly number[];
  /** The `Idempotency-Key`, where a handler makes several calls; left out: the invocation's key. */
  readonly key?: string;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** JSON as a value, text as a string, nothing as null, other bytes as base64. */
  readonly body: Json;
  readonly bodyEncoding?: "base64";
  /** `<pointer> <code>` into this reply, where what came could not be kept as it was. */
  readonly adjusted: readonly string[];
}

type CallOptions = Omit<HttpCall, "method" | "url" | "body">;

/**
 * HTTP as a handler has it. Every call but GET and HEAD carries an `Idempotency-Key`.
 * Throws ActionFailure: `HTTP_<status>` for an answer that is not accepted, and what HttpClient throws.
 */
export interface ActionHttp {
  request(call: HttpCall): Promise<HttpReply>;
  get(url: string, options?: CallOptions): Promise<HttpReply>;
  post(url: string, body: unknown, options?: CallOptions): Promise<HttpReply>;
  put(url: string, body: unknown, options?: CallOptions): Promise<HttpReply>;
  patch(url: string, body: unknown, options?: CallOptions): Promise<HttpReply>;
  delete(url: string, options?: CallOptions): Promise<HttpReply>;
}

/** What binds the client to one call of an action. */
export interface HttpBinding {
  readonly client: HttpClient;
  readonly egressAllow: EgressAllow;
  readonly hosts?: readonly string[];
  readonly key: string;
  readonly signal: AbortSignal;
}

export function createActionHttp(binding: HttpBinding): ActionHttp {
  const request = (call: HttpCall) => performCall(binding, call);
  return {
    request,
    get: (url, options) => request({ ...options, method: "GET", url }),
    post: (url, body, options) => request({ ...options, method: "POST", url, body }),
    put: (url, body, options) => request({ ...options, method: "PUT", url, body }),
    patch: (url, body, options) => request({ ...options, method: "PATCH", url, body }),
    delete: (url, options) => request({ ...options, method: "DELETE", url }),
  };
}

async function performCall(binding: HttpBinding, call: HttpCall): Promise<HttpReply> {
  const accepts = (status: number) => (status >= 200 && status < 300) || call.okStatus?.includes(status) === true;
  const url = urlWithQuery(call.url, call.query);
  const traced = traceCall(call.method, url);
  const { headers, ...content } = requestContent(call, binding.key);
  if (traced?.traceparent !== undefined) headers["traceparent"] ??= traced.traceparent;
  const response = await binding.client
    .request({
      method: call.method,
      url,
      writtenHost: writtenHost(call.url),
      headers,
      ...content,
      egressAllow: binding.egressAllow,
      hosts: binding.hosts,
      timeoutMs: call.timeoutMs,
      signal: binding.signal,
      accepts,
    })
    .catch((error: unknown) => {
      traced?.end({ failed: error instanceof ActionFailure ? error.code : "HTTP_CONNECTION_FAILED" });
      throw error;
    });
  traced?.end({ status: response.status, ...(accepts(response.status) ? {} : { failed: `HTTP_${response.status}` }) });
  if (!accepts(response.status)) throw refusedStatus(response);
  const { adjusted, ...body } = replyBody(response.body, response.headers["content-type"]);
  return {
    status: response.status,
    headers: { ...response.headers },
    ...body,
    adjusted: adjusted.map((note) => `/body${note}`),
  };
}

function urlWithQuery(text: string, query: HttpCall["query"]): string {
  const url = URL.parse(text);
  if (url === null) throw urlInvalid(text);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? (value as readonly Scalar[]) : [value]) {
      if (one !== null && one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

function requestContent(call: HttpCall, key: string): { headers: Record<string, string>; body?: string } {
  const headers: Record<string, string> = {
    accept: "application/json, text/*;q=0.9, */*;q=0.8",
    "user-agent": "mainspring",
  };
  if (call.method !== "GET" && call.method !== "HEAD") headers["idempotency-key"] = call.key ?? key;
  const hasBody = call.body !== undefined && call.body !== null;
  if (hasBody)
    headers["content-type"] = typeof call.body === "string" ? "text/plain; charset=utf-8" : "application/json";
  for (const [name, value] of Object.entries(call.headers ?? {})) headers[name.toLowerCase()] = value;
  if (!hasBody) return { headers };
  return { headers, body: typeof call.body === "string" ? call.body : JSON.stringify(call.body) };
}

function refusedStatus(response: HttpResponse) {
  const bodyCut = response.cut || response.body.length > detailBodyMaxBytes;
  const bytes = response.body.subarray(0, detailBodyMaxBytes);
  const { body } = replyBody(bytes, response.headers["content-type"]);
  return statusFailure({ status: response.status, headers: response.headers, body, bodyCut }, Date.now());
}
