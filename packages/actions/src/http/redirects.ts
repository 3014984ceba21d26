import { writtenHost } from "./egress.ts";

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  /** The host as the author or the redirect wrote it; undefined where neither named one. */
  readonly written?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

// An author's own header may hold a credential under any name, so another origin gets none but these.
const harmlessNames: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-language",
  "content-type",
  "idempotency-key",
  "user-agent",
]);

/**
 * The request that a redirect asks for; undefined when the answer is none, or names no readable place.
 * 303 asks for a GET, 301 and 302 turn a POST into one; 307 and 308 repeat the request as it was.
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const url = URL.parse(location, hop.url.href);
  if (url === null) return undefined;
  const headers = url.origin === hop.url.origin ? hop.headers : only(hop.headers, (name) => harmlessNames.has(name));
  const written = writtenHost(location) ?? hop.written;
  if (!becomesGet(hop.method, status)) return { ...hop, url, written, headers };
  return {
    method: "GET",
    url,
    written,
    headers: only(headers, (name) => !name.startsWith("content-") && name !== "idempotency-key"),
  };
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function only(headers: Readonly<Record<string, string>>, keep: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}
