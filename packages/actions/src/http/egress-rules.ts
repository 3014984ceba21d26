import { embeddedIpv4, isInRange, parseRange } from "./addresses.ts";
import type { AddressBytes, AddressRange } from "./addresses.ts";

/**
 * What a tenant may reach beyond the public internet, in either of two forms. An entry that cannot be read opens nothing.
 *
 * A list: `localhost`, `*.corp.example`, `127.0.0.1`, `[::1]`, `10.1.0.0/16`, each alone or with a port: `localhost:8080`,
 * `[::1]:8080`, `10.1.0.0/16:443`. Or the three kinds apart, where `ports` (none: every port) narrows all the others.
 *
 * A host opens the target that is spelled so in the URL; a CIDR block opens its addresses, whatever name leads there.
 */
export type EgressAllow =
  | readonly string[]
  | { readonly hosts?: readonly string[]; readonly cidrs?: readonly string[]; readonly ports?: readonly number[] };

/** One entry of an allow-list. */
export interface EgressRule {
  readonly target: { readonly host: string } | { readonly range: AddressRange };
  /** Undefined: every port. */
  readonly ports?: readonly number[];
}

export function egressRules(allow: EgressAllow): EgressRule[] {
  if (isList(allow)) return allow.map(parseEntry).filter((rule) => rule !== undefined);
  const ports = allow.ports === undefined || allow.ports.length === 0 ? undefined : allow.ports;
  const hosts = (allow.hosts ?? []).map((host) => ({ host: hostKey(host) }));
  const ranges = (allow.cidrs ?? []).map(parseRange).filter((range) => range !== undefined);
  return [...hosts, ...ranges.map((range) => ({ range }))].map((target) => ({ target, ports }));
}

/** Whether the rule opens this target, of whichever port. */
export function ruleMatches(rule: EgressRule, host: string, address: AddressBytes): boolean {
  if ("host" in rule.target) return hostMatches(rule.target.host, hostKey(host));
  const embedded = embeddedIpv4(address);
  return isInRange(address, rule.target.range) || (embedded !== undefined && isInRange(embedded, rule.target.range));
}

/** A host in the one spelling in which hosts are compared: URL parsing's own, without brackets and closing dot. */
export function hostKey(host: string): string {
  const text = host.trim().toLowerCase();
  if (text.startsWith("*.")) return text;
  const bare = bareHost(text);
  const parsed = URL.parse(`http://${bare.includes(":") ? `[${bare}]` : bare}/`);
  return bareHost(parsed?.hostname ?? bare).replace(/\.$/, "");
}

/** @param entry a host key, or `*.` and a host key, which stands for every name below it */
export function hostMatches(entry: string, host: string): boolean {
  return entry.startsWith("*.") ? host.endsWith(entry.slice(1)) && host.length >= entry.length : entry === host;
}

/** Without the brackets in which a URL writes an IPv6 address. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function isList(allow: EgressAllow): allow is readonly string[] {
  return Array.isArray(allow);
}

function parseEntry(entry: string): EgressRule | undefined {
  const parts = entryForm.exec(entry.trim());
  const { address, prefix, port } = parts?.groups ?? {};
  if (address === undefined) return undefined;
  const ports = port === undefined ? undefined : [Number(port)];
  if (prefix === undefined) return { target: { host: hostKey(address) }, ports };
  const range = parseRange(`${bareHost(address)}/${prefix}`);
  return range === undefined ? undefined : { target: { range }, ports };
}

// A host, `[IPv6]` or bare IPv6 (two colons or more, so no port can be meant), then a prefix length, then a port.
const entryForm =
  /^(?<address>\[[0-9a-f:.]+\]|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*|[^\s/:[\]]+)(?:\/(?<prefix>\d{1,3}))?(?::(?<port>\d{1,5}))?$/i;
