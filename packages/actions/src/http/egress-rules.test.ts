import { expect, test } from "vitest";
import { failureOf } from "../testing/perform-call.ts";
import { egressPolicy } from "./egress.ts";
import type { EgressAllow } from "./egress-rules.ts";

/** `allowed`, or the reason of the refusal. */
async function answer(allow: EgressAllow, host: string, port: number, address: string): Promise<string> {
  try {
    egressPolicy(allow).checkAddress(host, port, address);
    return "allowed";
  } catch (error) {
    const { details } = await failureOf(Promise.reject(error as Error));
    return (details as { reason: string }).reason;
  }
}

test.each([
  [["localhost"], "localhost", 80, "127.0.0.1", "allowed"],
  [["localhost"], "LOCALHOST.", 80, "::1", "allowed"],
  [["localhost"], "127.0.0.1", 80, "127.0.0.1", "private-address"],
  [["localhost:8080"], "localhost", 8080, "127.0.0.1", "allowed"],
  [["localhost:8080"], "localhost", 8081, "127.0.0.1", "port-not-allowed"],
  [["localhost:8080", "localhost:8081"], "localhost", 8081, "127.0.0.1", "allowed"],
  [["127.0.0.1:8080"], "127.0.0.1", 8080, "127.0.0.1", "allowed"],
  [["[::1]:8080"], "[::1]", 8080, "::1", "allowed"],
  [["[::1]:8080"], "[::1]", 8081, "::1", "port-not-allowed"],
  [["::1"], "[0:0:0:0:0:0:0:1]", 1, "::1", "allowed"],
  [["[::1]"], "::1", 1, "::1", "allowed"],
  [["*.corp.example"], "a.corp.example", 1, "10.0.0.1", "allowed"],
  [["*.corp.example"], "corp.example", 1, "10.0.0.1", "private-address"],
  [["*.corp.example"], "evilcorp.example", 1, "10.0.0.1", "private-address"],
  [["10.0.0.0/8"], "any.example", 1, "10.9.9.9", "allowed"],
  [["10.0.0.0/8:443"], "any.example", 443, "10.9.9.9", "allowed"],
  [["10.0.0.0/8:443"], "any.example", 80, "10.9.9.9", "port-not-allowed"],
  [["fd00::/8"], "any.example", 1, "fd00::7", "allowed"],
  [["[fd00::]/8:443"], "any.example", 443, "fd00::7", "allowed"],
  [
    ["10.0.0.0/33", "", "http://localhost", "a b", "[::1", "localhost:port"],
    "localhost",
    1,
    "127.0.0.1",
    "private-address",
  ],
  [[], "localhost", 1, "127.0.0.1", "private-address"],
  [[], "public.example", 25, "8.8.8.8", "allowed"],
] as const)("[SEC-04] the list %j answers %s:%i at %s with %s", async (allow, host, port, address, expected) => {
  expect(await answer(allow, host, port, address)).toBe(expected);
});

test.each([
  [{ hosts: ["localhost"] }, "localhost", 80, "127.0.0.1", "allowed"],
  [{ hosts: ["localhost"], ports: [] }, "localhost", 80, "127.0.0.1", "allowed"],
  [{ hosts: ["localhost"], ports: [8080] }, "localhost", 80, "127.0.0.1", "port-not-allowed"],
  [{ cidrs: ["10.0.0.0/8", "192.168.1.1"], ports: [443] }, "any.example", 443, "192.168.1.1", "allowed"],
  [{ ports: [80] }, "localhost", 80, "127.0.0.1", "private-address"],
  [{}, "localhost", 80, "127.0.0.1", "private-address"],
] as const)("[SEC-04] %j answers %s:%i at %s with %s", async (allow, host, port, address, expected) => {
  expect(await answer(allow, host, port, address)).toBe(expected);
});
