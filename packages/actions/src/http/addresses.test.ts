import { expect, test } from "vitest";
import { embeddedIpv4, isInRange, parseAddress, parseRange, privateReason } from "./addresses.ts";
import type { AddressBytes } from "./addresses.ts";

function address(text: string): AddressBytes {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new Error(`${text} is no address`);
  return bytes;
}

test.each([
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "127.255.255.254",
  "168.63.129.16",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "239.1.1.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::8.8.8.8",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::ffff:10.1.2.3",
  "::ffff:0:127.0.0.1",
  "64:ff9b::127.0.0.1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::1",
  "2002:7f00:1::",
  "2002:a9fe:a9fe::1",
  "2001:0:4136:e378:8000:63bf:80ff:fffe",
  "2001:0:0:0:0:0:5601:5601",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "100::1",
  "2001:2::1",
  "2001:10::1",
  "2001:20::1",
  "2001:db8::1",
  "3fff::1",
  "4000::1",
  "5f00::1",
])("[SEC-04] %s is not an address of the public internet", (text) => {
  expect(privateReason(address(text))).toEqual(expect.any(String));
});

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.1",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.1.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.167.255.255",
  "198.17.255.255",
  "198.20.0.1",
  "223.255.255.255",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "2002:808:808::1",
  "2001:0:4136:e378:8000:63bf:f7f7:f7f7",
  "2001:4860:4860::8888",
  "2606:4700::1111",
  "2a00:1450::1",
  "3ffe::1",
])("[SEC-04] %s is an address of the public internet", (text) => {
  expect(privateReason(address(text))).toBeUndefined();
});

test("addresses are read byte by byte, whatever their spelling", () => {
  expect([...address("192.168.0.255")]).toEqual([192, 168, 0, 255]);
  expect([...address("[2001:db8::a:1]")]).toEqual([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 1]);
  expect([...address("::ffff:1.2.3.4")].slice(10)).toEqual([0xff, 0xff, 1, 2, 3, 4]);
  expect(parseAddress("localhost")).toBeUndefined();
  expect(parseAddress("0x7f000001")).toBeUndefined();
  expect(embeddedIpv4(address("2002:0102:0304::1"))).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(embeddedIpv4(address("2001:0:4136:e378:8000:63bf:3fff:fdd2"))).toEqual(Uint8Array.of(192, 0, 2, 45));
});

test("a range holds the addresses with its first bits and no others", () => {
  const inRange = (text: string, range: string) =>
    isInRange(address(text), parseRange(range) ?? { bytes: new Uint8Array(4), prefixLength: 0 });
  expect(inRange("10.1.255.255", "10.1.0.0/16")).toBe(true);
  expect(inRange("10.2.0.0", "10.1.0.0/16")).toBe(false);
  expect(inRange("172.31.0.1", "172.16.0.0/12")).toBe(true);
  expect(inRange("172.32.0.1", "172.16.0.0/12")).toBe(false);
  expect(inRange("10.0.0.7", "10.0.0.7")).toBe(true);
  expect(inRange("fd00::7", "fd00::/8")).toBe(true);
  expect(inRange("10.0.0.7", "::/0")).toBe(false);
  expect(parseRange("10.0.0.0/33")).toBeUndefined();
  expect(parseRange("10.0.0.0/")).toBeUndefined();
  expect(parseRange("10.0.0.0/8/8")).toBeUndefined();
  expect(parseRange("example.com/8")).toBeUndefined();
});
