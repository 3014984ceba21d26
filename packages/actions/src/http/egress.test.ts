import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../testing/perform-call.ts";
import { answerJson, answerRedirect, localServer } from "../testing/local-server.ts";
import type { Answer, LocalServer } from "../testing/local-server.ts";
import { createHttpClient } from "./client.ts";
import type { HttpClient } from "./client.ts";
import type { ResolveHost } from "./connector.ts";
import type { EgressAllow } from "./egress-rules.ts";

// Names that a test resolves to what it needs; any other name has no address.
const addresses: Record<string, { address: string; family: 4 | 6 }[]> = {
  "inside.example": [{ address: "127.0.0.1", family: 4 }],
  "metadata.example": [{ address: "169.254.169.254", family: 4 }],
  "mapped.example": [{ address: "::ffff:127.0.0.1", family: 6 }],
  "both.example": [
    { address: "10.0.0.1", family: 4 },
    { address: "127.0.0.1", family: 4 },
  ],
  localhost: [{ address: "127.0.0.1", family: 4 }],
};
let lookups: string[] = [];
const resolve: ResolveHost = (host) => {
  lookups.push(host);
  return Promise.resolve(addresses[host] ?? []);
};

let server: LocalServer;
let serverV6: LocalServer;
let client: HttpClient;

const privateSpellings = (port: number) => [
  `http://169.254.169.254/latest/meta-data/`,
  `http://[::1]:${port}/ok`,
  `http://0x7f000001:${port}/ok`,
  `http://2130706433:${port}/ok`,
  `http://017700000001:${port}/ok`,
  `http://127.1:${port}/ok`,
  `http://127.0.0.1.:${port}/ok`,
  `http://[::ffff:127.0.0.1]:${port}/ok`,
  `http://[::ffff:7f00:1]:${port}/ok`,
  `http://[64:ff9b::7f00:1]:${port}/ok`,
  `http://[2002:7f00:1::]:${port}/ok`,
  `http://0.0.0.0:${port}/ok`,
  `http://0:${port}/ok`,
  `http://[::]:${port}/ok`,
  `http://[fd00:ec2::254]/`,
  `http://inside.example:${port}/ok`,
  `http://mapped.example:${port}/ok`,
  `http://metadata.example/`,
];

beforeAll(async () => {
  const answers: Record<string, Answer> = { "/ok": answerJson({ ok: true }) };
  server = await localServer(answers);
  serverV6 = await localServer({ "/ok": answerJson({ ok: true }) }, "::1");
  privateSpellings(serverV6.port).forEach((url, index) => {
    answers[`/to/${index}`] = answerRedirect(302, url);
  });
  answers["/to/file"] = answerRedirect(302, "file:///etc/passwd");
  answers["/to/credentials"] = answerRedirect(302, `http://user:pass@127.0.0.1:${server.port}/ok`);
  client = createHttpClient({ resolve });
});

afterAll(async () => {
  await client.close();
  await server.close();
  await serverV6.close();
});

function get(url: string, egressAllow: EgressAllow = {}, hosts?: string[]) {
  return client.request({
    method: "GET",
    url,
    headers: {},
    egressAllow,
    hosts,
    accepts: (status) => status === 200,
    timeoutMs: 5_000,
  });
}

test("[SEC-04] a private address is refused in every spelling, and nothing is sent", async () => {
  const before = server.seen.length + serverV6.seen.length;
  for (const url of privateSpellings(server.port)) {
    const failure = await failureOf(get(url));
    expect(failure, url).toMatchObject({
      category: "ActionError",
      code: "EGRESS_REFUSED",
      details: { reason: "private-address" },
    });
    const details = failure.details as { host: string; address: string };
    expect(details.host.length, url).toBeGreaterThan(0);
    expect(details.address, url).toMatch(/^[0-9a-f:.]+$/);
  }
  expect(server.seen.length + serverV6.seen.length).toBe(before);
});

test("[SEC-04] a redirect to a private address is refused in every spelling", async () => {
  const allow = { hosts: ["127.0.0.1"], ports: [server.port] };
  const spellings = privateSpellings(serverV6.port);
  for (let index = 0; index < spellings.length; index += 1) {
    const failure = await failureOf(get(`${server.url}/to/${index}`, allow));
    expect(failure, spellings[index]).toMatchObject({ code: "EGRESS_REFUSED" });
  }
  expect(serverV6.seen).toEqual([]);
});

test("[SEC-04] an allow-list opens its hosts on its ports, and no other port", async () => {
  const onPort = { hosts: ["127.0.0.1", "[::1]"], ports: [server.port] };
  expect((await get(`${server.url}/ok`, onPort)).status).toBe(200);
  // An address in disguise is not opened by the entry of its plain spelling; a block of addresses opens it.
  for (const disguise of ["0x7f000001", "2130706433", "127.1"]) {
    const hidden = `http://${disguise}:${server.port}/ok`;
    expect(await failureOf(get(hidden, onPort)), disguise).toMatchObject({ code: "EGRESS_REFUSED" });
    expect(await failureOf(get(hidden, ["127.0.0.1"])), disguise).toMatchObject({ code: "EGRESS_REFUSED" });
    expect((await get(hidden, ["127.0.0.0/8"])).status, disguise).toBe(200);
  }
  const otherPort = await failureOf(get(`http://[::1]:${serverV6.port}/ok`, onPort));
  expect(otherPort).toMatchObject({
    code: "EGRESS_REFUSED",
    details: { host: "[::1]", address: "::1", reason: "port-not-allowed" },
  });
  expect((await get(`http://[::1]:${serverV6.port}/ok`, { hosts: ["::1"] })).status).toBe(200);
});

test("[SEC-04] a literal host entry opens that spelling of the target, not every name that leads there", async () => {
  const failure = await failureOf(get(`http://inside.example:${server.port}/ok`, { hosts: ["127.0.0.1"] }));
  expect(failure).toMatchObject({ code: "EGRESS_REFUSED", details: { host: "inside.example", address: "127.0.0.1" } });
  expect((await get(`http://inside.example:${server.port}/ok`, { hosts: ["inside.example"] })).status).toBe(200);
  expect((await get(`http://inside.example:${server.port}/ok`, { hosts: ["*.example"] })).status).toBe(200);
  expect((await get(`http://inside.example:${server.port}/ok`, { cidrs: ["127.0.0.0/8"] })).status).toBe(200);
  expect((await get(`http://localhost:${server.port}/ok`, { hosts: ["localhost"] })).status).toBe(200);
});

test("[SEC-04] a range opens mapped spellings of its addresses too, and a broken range opens nothing", async () => {
  expect((await get(`http://[::ffff:127.0.0.1]:${server.port}/ok`, { cidrs: ["127.0.0.1/32"] })).status).toBe(200);
  expect(await failureOf(get(`${server.url}/ok`, { cidrs: ["127.0.0.0/99", "all"] }))).toMatchObject({
    code: "EGRESS_REFUSED",
  });
  expect(await failureOf(get(`${server.url}/ok`, { ports: [server.port] }))).toMatchObject({ code: "EGRESS_REFUSED" });
});

test("[SEC-04] only the addresses that passed are connected to, with the name in the Host header", async () => {
  const reply = await get(`http://both.example:${server.port}/ok`, { cidrs: ["127.0.0.0/8"] });
  expect(reply.status).toBe(200);
  expect(server.seen.at(-1)?.headers.host).toBe(`both.example:${server.port}`);
});

test("[SEC-04] a name is resolved once for a connection, so a second answer changes nothing", async () => {
  const answersInTurn = [
    [{ address: "127.0.0.1", family: 4 as const }],
    [{ address: "169.254.169.254", family: 4 as const }],
  ];
  let turn = 0;
  const rebinding = createHttpClient({ resolve: () => Promise.resolve(answersInTurn[turn++] ?? []) });
  const request = {
    method: "GET",
    url: `http://rebind.example:${server.port}/ok`,
    headers: {},
    egressAllow: { cidrs: ["127.0.0.0/8"] },
    accepts: () => true,
  };
  expect((await rebinding.request(request)).status).toBe(200);
  expect(turn).toBe(1);
  await rebinding.close();
});

test("[SEC-04] TLS is asked for by the name of the URL, though the address was chosen before", async () => {
  const askedFor: string[] = [];
  // It has no certificate: what it is asked for is all that this test needs.
  const tlsServer = createServer({
    SNICallback: (name, answer) => {
      askedFor.push(name);
      answer(new Error("no certificate"));
    },
  });
  tlsServer.on("tlsClientError", () => undefined);
  await new Promise<void>((listening) => tlsServer.listen(0, "127.0.0.1", listening));
  const { port } = tlsServer.address() as AddressInfo;
  const failure = await failureOf(get(`https://inside.example:${port}/ok`, { hosts: ["inside.example"] }));
  expect(failure).toMatchObject({ category: "TransientError", code: "HTTP_CONNECTION_FAILED" });
  expect(askedFor).toEqual(["inside.example"]);
  tlsServer.close();
});

test("[SEC-04] a connection opened for one tenant serves no tenant with another allow-list", async () => {
  expect((await get(`${server.url}/ok`, { hosts: ["127.0.0.1"] })).status).toBe(200);
  expect(await failureOf(get(`http://127.0.0.1:${server.port}/ok`))).toMatchObject({ code: "EGRESS_REFUSED" });
  expect((await get(`http://inside.example:${server.port}/ok`, { hosts: ["inside.example"] })).status).toBe(200);
  expect(await failureOf(get(`http://inside.example:${server.port}/ok`))).toMatchObject({ code: "EGRESS_REFUSED" });
});

test("[SEC-04] other schemes and credentials in the URL are refused, at first and after a redirect", async () => {
  const allow = { hosts: ["127.0.0.1"] };
  for (const url of [
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "gopher://127.0.0.1/",
    "data:text/plain,x",
    `${server.url}/to/file`,
  ]) {
    expect(await failureOf(get(url, allow)), url).toMatchObject({
      code: "EGRESS_REFUSED",
      details: { reason: "scheme" },
    });
  }
  for (const url of [`http://user@127.0.0.1:${server.port}/ok`, `${server.url}/to/credentials`]) {
    expect(await failureOf(get(url, allow)), url).toMatchObject({
      code: "EGRESS_REFUSED",
      details: { reason: "credentials-in-url" },
    });
  }
});

test("an action that declares hosts reaches no other, redirects included", async () => {
  const allow = { hosts: ["127.0.0.1", "localhost"] };
  expect((await get(`${server.url}/ok`, allow, ["127.0.0.1"])).status).toBe(200);
  lookups = [];
  const failure = await failureOf(get(`http://localhost:${server.port}/ok`, allow, ["127.0.0.1"]));
  expect(failure).toMatchObject({ code: "EGRESS_REFUSED", details: { reason: "host-not-declared" } });
  expect(lookups).toEqual([]);
});

test("a URL that cannot be read, and a name without an address, have codes of their own", async () => {
  expect(await failureOf(get("not a url"))).toMatchObject({ category: "ActionError", code: "HTTP_URL_INVALID" });
  expect(await failureOf(get("http://nowhere.example/"))).toMatchObject({
    category: "TransientError",
    code: "HTTP_CONNECTION_FAILED",
    details: { host: "nowhere.example", reason: "ENOTFOUND" },
  });
});
