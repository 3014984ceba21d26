/**
 * The headers of an answer by their lower-case names.
 * @param raw name, value, name, value ... as bytes or text
 */
export function headersFromRaw(raw: unknown): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  if (!Array.isArray(raw)) return headers;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = headerText(raw[i]).toLowerCase();
    const before = headers[name];
    headers[name] = before === undefined ? headerText(raw[i + 1]) : `${before}, ${headerText(raw[i + 1])}`;
  }
  return headers;
}

function headerText(part: unknown): string {
  return Buffer.isBuffer(part) ? part.toString("latin1") : String(part);
}

/** The media type of a `content-type` header in lower case, without its parameters; empty when there is none. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

// The client itself speaks to the other side by these: an author's value would break the exchange or lie about its target.
const reservedNames: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What is wrong with a header that an author wants to send; undefined when it can be sent. */
export function headerProblem(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return "is no header name";
  if (reservedNames.has(name.toLowerCase())) return "is a header that the client sets itself";
  // oxlint-disable-next-line no-control-regex
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return "has a character that a header cannot carry";
  return undefined;
}
