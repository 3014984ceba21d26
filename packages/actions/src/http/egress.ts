import { isIPv4 } from "node:net";
import { ActionFailure } from "../failure.ts";
import { parseAddress, privateReason } from "./addresses.ts";
import { bareHost, egressRules, hostKey, hostMatches, ruleMatches } from "./egress-rules.ts";
import type { EgressAllow } from "./egress-rules.ts";

/** Why a call was refused before anything was sent. */
export type EgressRefusal =
  | "scheme"
  | "credentials-in-url"
  | "private-address"
  | "port-not-allowed"
  | "host-not-declared";

/** An allow-list made ready for questions. */
export interface EgressPolicy {
  /** Equal for equal lists: what one tenant may reach, another with the same list may reach over the same connections. */
  readonly id: string;
  /**
   * Checks an address that a connection is about to be opened to.
   * @throws ActionFailure EGRESS_REFUSED
   */
  checkAddress(host: string, port: number, address: string): void;
}

export function egressPolicy(allow: EgressAllow): EgressPolicy {
  const rules = egressRules(allow);
  return {
    id: JSON.stringify(allow),
    checkAddress(host, port, address) {
      const bytes = parseAddress(address);
      if (bytes === undefined) throw refused("private-address", host, address, "not an IP address");
      const reason = privateReason(bytes);
      if (reason === undefined) return;
      const matching = rules.filter((rule) => ruleMatches(rule, host, bytes));
      if (matching.length === 0) throw refused("private-address", host, address, reason);
      if (matching.some(({ ports }) => ports === undefined || ports.includes(port))) return;
      throw refused("port-not-allowed", host, address, `${reason}, port ${port}`);
    },
  };
}

/**
 * Checks what can be checked of a URL before any name is resolved.
 * @param hosts the hosts that the action declares; left out: any
 * @param written the host as the author or the redirect wrote it; a host entry of the allow-list opens no other spelling
 * @throws ActionFailure EGRESS_REFUSED
 */
export function checkUrl(url: URL, policy: EgressPolicy, hosts?: readonly string[], written?: string): void {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refused("scheme", url.hostname, undefined, url.protocol);
  if (url.username !== "" || url.password !== "") throw refused("credentials-in-url", url.hostname);
  if (hosts !== undefined && !hosts.some((entry) => hostMatches(hostKey(entry), hostKey(url.hostname)))) {
    throw refused("host-not-declared", url.hostname);
  }
  // No lookup is made for a literal address, so no lookup could refuse it.
  if (parseAddress(url.hostname) === undefined) return;
  // `0x7f000001` and its like are an address in disguise: nobody who opened 127.0.0.1 meant them.
  const disguised = written !== undefined && isIPv4(url.hostname) && written !== url.hostname;
  policy.checkAddress(disguised ? `${written} (in disguise)` : url.hostname, portOf(url), bareHost(url.hostname));
}

/** The host of an absolute URL as its text has it, in lower case; undefined where the text names none. */
export function writtenHost(text: string): string | undefined {
  const authority = /^\s*[a-z][a-z0-9+.-]*:[\\/]*([^\\/?#]*)/i.exec(text)?.[1];
  return authority?.replace(/^.*@/, "").replace(/:\d*$/, "").toLowerCase();
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

const explanations: Record<EgressRefusal, string> = {
  scheme: "only http and https are allowed",
  "credentials-in-url": "a URL must not carry a user name or password",
  "private-address": "the address is not public and the tenant's allow-list does not open it",
  "port-not-allowed": "the tenant's allow-list opens this address on other ports only",
  "host-not-declared": "the action does not declare this host",
};

function refused(reason: EgressRefusal, host: string, address?: string, kind?: string): ActionFailure {
  return new ActionFailure({
    category: "ActionError",
    code: "EGRESS_REFUSED",
    message: `the call to ${host === "" ? "this URL" : host} is refused: ${explanations[reason]}`,
    details: { host, address: address ?? null, reason, ...(kind === undefined ? {} : { kind }) },
  });
}
