import { ActionFailure } from "../failure.ts";
import { embeddedIpv4, isInRange, parseAddress, parseRange, privateReason } from "./addresses.ts";
import type { AddressBytes, AddressRange } from "./addresses.ts";

/**
 * What a tenant may reach beyond the public internet. An entry that cannot be read opens nothing.
 */
export interface EgressAllow {
  /** Host names or literal addresses as they stand in the URL; `*.example.internal` stands for every name below. */
  readonly hosts?: readonly string[];
  /** `10.1.0.0/16`, `fd00::/8`, or one address: opens it whatever name leads there. */
  readonly cidrs?: readonly string[];
  /** Narrows both to these ports; empty or left out: every port. */
  readonly ports?: readonly number[];
}

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
  const hosts = (allow.hosts ?? []).map(hostKey);
  const ranges = (allow.cidrs ?? []).map(parseRange).filter((range) => range !== undefined);
  const ports = allow.ports ?? [];
  return {
    id: JSON.stringify([hosts.toSorted(), (allow.cidrs ?? []).toSorted(), ports.toSorted((a, b) => a - b)]),
    checkAddress(host, port, address) {
      const bytes = parseAddress(address);
      const reason = bytes === undefined ? "not an IP address" : privateReason(bytes);
      if (reason === undefined) return;
      const opened =
        hosts.some((entry) => hostMatches(entry, hostKey(host))) || (bytes !== undefined && isOpened(bytes, ranges));
      if (!opened) throw refused("private-address", host, address, reason);
      if (ports.length > 0 && !ports.includes(port))
        throw refused("port-not-allowed", host, address, `${reason}, port ${port}`);
    },
  };
}

function isOpened(address: AddressBytes, ranges: readonly AddressRange[]): boolean {
  const embedded = embeddedIpv4(address);
  return ranges.some((range) => isInRange(address, range) || (embedded !== undefined && isInRange(embedded, range)));
}

/**
 * Checks what can be checked of a URL before any name is resolved.
 * @param hosts the hosts that the action declares; left out: any
 * @throws ActionFailure EGRESS_REFUSED
 */
export function checkUrl(url: URL, policy: EgressPolicy, hosts?: readonly string[]): void {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refused("scheme", url.hostname, undefined, url.protocol);
  if (url.username !== "" || url.password !== "") throw refused("credentials-in-url", url.hostname);
  if (hosts !== undefined && !hosts.some((entry) => hostMatches(hostKey(entry), hostKey(url.hostname)))) {
    throw refused("host-not-declared", url.hostname);
  }
  // No lookup is made for a literal address, so no lookup could refuse it.
  if (parseAddress(url.hostname) !== undefined) policy.checkAddress(url.hostname, portOf(url), bareHost(url.hostname));
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** A host in the one spelling in which hosts are compared: URL parsing's own, without brackets and closing dot. */
function hostKey(host: string): string {
  const text = host.trim().toLowerCase();
  if (text.startsWith("*.")) return text;
  const bare = bareHost(text);
  const parsed = URL.parse(`http://${bare.includes(":") ? `[${bare}]` : bare}/`);
  return bareHost(parsed?.hostname ?? bare).replace(/\.$/, "");
}

function hostMatches(entry: string, host: string): boolean {
  return entry.startsWith("*.") ? host.endsWith(entry.slice(1)) && host.length >= entry.length : entry === host;
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
