import { lookup as dnsLookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { LookupFunction, Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import { parseAddress } from "./addresses.ts";
import type { EgressPolicy } from "./egress.ts";

/** Resolves a host name to its addresses, in the order in which they are to be tried. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The machine's own resolver, hosts file included. */
export const resolveHost: ResolveHost = async (host) => {
  const found = await dnsLookup(host, { all: true });
  return found.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
};

const connectTimeoutMs = 10_000;
const keepAliveMs = 4_000;
const connectionsPerOriginMax = 64;

/** Connections under one egress policy. Each was checked when it was opened, for this policy and its own port. */
export function guardedAgent(policy: EgressPolicy, resolve: ResolveHost): Agent {
  return new Agent({
    connect: guardedConnector(policy, resolve),
    connections: connectionsPerOriginMax,
    keepAliveTimeout: keepAliveMs,
    allowH2: false,
    // The caller's deadline covers the whole exchange; two more clocks would only blur which of them ended it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Resolves the name itself, keeps the addresses that the policy lets through and connects to these and no others: no
 * second lookup, whose answer could be another, takes place. Host and SNI stay those of the URL.
 */
function guardedConnector(policy: EgressPolicy, resolve: ResolveHost): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    checkedAddresses(options.hostname, port, policy, resolve).then(
      (addresses) => connectTo(addresses, options, callback),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** @throws ActionFailure EGRESS_REFUSED when the policy lets none of the addresses through */
async function checkedAddresses(
  host: string,
  port: number,
  policy: EgressPolicy,
  resolve: ResolveHost,
): Promise<readonly ResolvedAddress[]> {
  const literal = isIP(host);
  const found = literal === 0 ? await resolve(host) : [{ address: host, family: literal === 6 ? 6 : 4 } as const];
  const passed: ResolvedAddress[] = [];
  let refusal: unknown;
  for (const candidate of found) {
    try {
      policy.checkAddress(host, port, candidate.address);
      passed.push(candidate);
    } catch (error) {
      refusal ??= error;
    }
  }
  if (passed.length > 0) return passed;
  throw refusal ?? Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
}

function connectTo(
  addresses: readonly ResolvedAddress[],
  options: buildConnector.Options,
  callback: buildConnector.Callback,
): void {
  const lookup: LookupFunction = (_host, lookupOptions, answer) => {
    const [first] = addresses as [ResolvedAddress];
    if (lookupOptions.all === true)
      answer(
        null,
        addresses.map((address) => ({ ...address })),
      );
    else answer(null, first.address, first.family);
  };
  const connect = buildConnector({ allowH2: false, timeout: connectTimeoutMs, autoSelectFamily: true, lookup });
  connect(options, (...[error, socket]) => {
    if (error !== null) return callback(error, null);
    if (!isOneOf(socket, addresses)) {
      socket.destroy();
      return callback(new Error("connected to an address that was not checked"), null);
    }
    callback(null, socket);
  });
}

function isOneOf(socket: Socket, addresses: readonly ResolvedAddress[]): boolean {
  const remote = parseAddress(socket.remoteAddress ?? "")?.join();
  return remote !== undefined && addresses.some(({ address }) => parseAddress(address)?.join() === remote);
}
