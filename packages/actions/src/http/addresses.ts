import { isIP } from "node:net";

/** An IP address as its bytes, 4 or 16 of them. */
export type AddressBytes = Uint8Array;

/** A range of addresses: those whose first `prefixLength` bits are those of `bytes`. */
export interface AddressRange {
  readonly bytes: AddressBytes;
  readonly prefixLength: number;
}

/** @returns undefined when `text` is no IP address in its canonical spellings; URL parsing has turned the others into these */
export function parseAddress(text: string): AddressBytes | undefined {
  const [bare = ""] = text.replace(/^\[|\]$/g, "").split("%");
  switch (isIP(bare)) {
    case 4:
      return Uint8Array.from(bare.split("."), Number);
    case 6:
      return parseIpv6(bare);
    default:
      return undefined;
  }
}

function parseIpv6(text: string): AddressBytes {
  const [head = "", tail] = text.split("::");
  const front = groupBytes(head);
  if (tail === undefined) return Uint8Array.from(front);
  const back = groupBytes(tail);
  const gap = new Array<number>(16 - front.length - back.length).fill(0);
  return Uint8Array.from([...front, ...gap, ...back]);
}

function groupBytes(groups: string): number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** @param text `10.0.0.0/8`, `fd00::/8`, or one address; undefined when it is neither */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", length, ...rest] = text.trim().split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  const bits = bytes.length * 8;
  if (length === undefined) return { bytes, prefixLength: bits };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { bytes, prefixLength: Number(length) };
}

export function isInRange(address: AddressBytes, range: AddressRange): boolean {
  if (address.length !== range.bytes.length) return false;
  const whole = range.prefixLength >> 3;
  for (let i = 0; i < whole; i += 1) if (address[i] !== range.bytes[i]) return false;
  const restBits = range.prefixLength & 7;
  if (restBits === 0) return true;
  const mask = (0xff << (8 - restBits)) & 0xff;
  return ((address[whole] as number) & mask) === ((range.bytes[whole] as number) & mask);
}

/**
 * The IPv4 address that a packet to this IPv6 address reaches where it is the same host by another spelling (mapped,
 * NAT64) or the end of a tunnel (6to4, Teredo); undefined when it embeds none.
 */
export function embeddedIpv4(address: AddressBytes): AddressBytes | undefined {
  if (address.length !== 16) return undefined;
  const form = embeddingForms.find(({ range }) => isInRange(address, range));
  if (form === undefined) return undefined;
  const bytes = address.slice(form.at, form.at + 4);
  return form.inverted ? bytes.map((byte) => byte ^ 0xff) : bytes;
}

/**
 * Why nobody may be sent to this address without an allow-list; undefined for an address of the public internet.
 * IPv4: everything that is not special. IPv6: 2000::/3 less its special blocks, and what embeds a public IPv4 address.
 */
export function privateReason(address: AddressBytes): string | undefined {
  if (address.length === 4) return ipv4Special.find(({ range }) => isInRange(address, range))?.reason;
  const embedded = embeddedIpv4(address);
  if (embedded !== undefined) return privateReason(embedded);
  const special = ipv6Special.find(({ range }) => isInRange(address, range));
  if (special !== undefined) return special.reason;
  return isInRange(address, globalUnicast) ? undefined : "IPv6 outside global unicast";
}

function range(text: string): AddressRange {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new TypeError(`${text} is no address range`);
  return parsed;
}

const embeddingForms = [
  { range: range("::ffff:0:0/96"), at: 12, inverted: false }, // mapped
  { range: range("64:ff9b::/96"), at: 12, inverted: false }, // NAT64
  { range: range("2002::/16"), at: 2, inverted: false }, // 6to4
  { range: range("2001::/32"), at: 12, inverted: true }, // Teredo
];

const ipv4Special = [
  { range: range("0.0.0.0/8"), reason: "this network" },
  { range: range("10.0.0.0/8"), reason: "private network" },
  { range: range("100.64.0.0/10"), reason: "shared address space" },
  { range: range("127.0.0.0/8"), reason: "loopback" },
  { range: range("168.63.129.16/32"), reason: "metadata service" },
  { range: range("169.254.0.0/16"), reason: "link-local" },
  { range: range("172.16.0.0/12"), reason: "private network" },
  { range: range("192.0.0.0/24"), reason: "protocol assignments" },
  { range: range("192.0.2.0/24"), reason: "documentation" },
  { range: range("192.88.99.0/24"), reason: "6to4 relay" },
  { range: range("192.168.0.0/16"), reason: "private network" },
  { range: range("198.18.0.0/15"), reason: "benchmarking" },
  { range: range("198.51.100.0/24"), reason: "documentation" },
  { range: range("203.0.113.0/24"), reason: "documentation" },
  { range: range("224.0.0.0/4"), reason: "multicast" },
  { range: range("240.0.0.0/4"), reason: "reserved" },
];

const globalUnicast = range("2000::/3");

const ipv6Special = [
  { range: range("::1/128"), reason: "loopback" },
  { range: range("fc00::/7"), reason: "private network" },
  { range: range("fe80::/10"), reason: "link-local" },
  { range: range("2001::/23"), reason: "protocol assignments" },
  { range: range("2001:db8::/32"), reason: "documentation" },
  { range: range("3fff::/20"), reason: "documentation" },
];
