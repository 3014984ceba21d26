// Whatever comes to POST /events or to a webhook and is no event: its documented code, nothing stored in part, never a 5xx.
import { createHmac } from "node:crypto";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const json = "application/json";
const nobody = "0190a0a0-0000-7000-8000-000000000001";

function send(body: string | Buffer, contentType: string | undefined = json): Promise<Response> {
  return fetch(`${on.url}/api/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${on.one.keys.operator}`,
      ...(contentType === undefined ? {} : { "content-type": contentType }),
    },
    body: new Uint8Array(Buffer.from(body)),
  });
}

/** Rows of inbox, decisions and deliveries. */
async function stored(): Promise<unknown> {
  return asOwner(
    on.database,
    `select (select count(*)::int from workflow_runtime_events) as events, (select count(*)::int from workflow_event_deliveries) as deliveries,
      (select count(*)::int from blobs) as blobs`,
  );
}

const one = (more: object): string => JSON.stringify({ name: "hostile", id: "h-1", ...more });
const deep = (levels: number): string =>
  `{"name":"hostile","id":"h-1","payload":${"[".repeat(levels)}${"]".repeat(levels)}}`;
const many = (count: number, more: object = {}): string =>
  JSON.stringify(Array.from({ length: count }, (_, n) => ({ name: "hostile", id: `h-${n}`, ...more })));

const refused: [what: string, body: string | Buffer, status: number, code: string, contentType?: string][] = [
  ["nothing", "", 422, "REQUEST_INVALID"],
  ["half an object", '{"name":"hostile","id"', 400, "BODY_NOT_JSON"],
  ["two values", `${one({})}${one({})}`, 400, "BODY_NOT_JSON"],
  ["single quotes", "{'name':'hostile','id':'h-1'}", 400, "BODY_NOT_JSON"],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, "BODY_NOT_JSON"],
  [
    "an encoded surrogate",
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('","id":"h-1"}')]),
    400,
    "BODY_NOT_JSON",
  ],
  ["text", "hostile", 415, "MEDIA_TYPE_UNSUPPORTED", "text/plain"],
  ["a form", "name=hostile&id=h-1", 415, "MEDIA_TYPE_UNSUPPORTED", "application/x-www-form-urlencoded"],
  ["XML", "<event/>", 415, "MEDIA_TYPE_UNSUPPORTED", "application/xml"],
  ["null", "null", 422, "REQUEST_INVALID"],
  ["a number", "17", 422, "REQUEST_INVALID"],
  ["no events", "[]", 422, "REQUEST_INVALID"],
  ["an array in an array", `[${many(2)}]`, 422, "REQUEST_INVALID"],
  ["no name", '{"id":"h-1"}', 422, "REQUEST_INVALID"],
  ["a null name", one({ name: null }), 422, "REQUEST_INVALID"],
  ["an empty name", one({ name: "" }), 422, "REQUEST_INVALID"],
  ["a name that is long", one({ name: "n".repeat(201) }), 422, "REQUEST_INVALID"],
  ["no id", '{"name":"hostile"}', 422, "REQUEST_INVALID"],
  ["an id that is a number", one({ id: 1 }), 422, "REQUEST_INVALID"],
  ["a null source", one({ source: null }), 422, "REQUEST_INVALID"],
  ["a key that is an object", one({ correlationKey: {} }), 422, "REQUEST_INVALID"],
  ["a key that is long", one({ correlationKey: "k".repeat(1_001) }), 422, "REQUEST_INVALID"],
  ["a run id that is none", one({ runId: "17" }), 422, "REQUEST_INVALID"],
  ["a member that nobody knows", one({ tenantId: nobody }), 422, "REQUEST_INVALID"],
  ["a member given twice", '{"name":"hostile","id":"h-1","id":"h-2"}', 422, "REQUEST_INVALID"],
  ["__proto__", '{"name":"hostile","id":"h-1","__proto__":{"admin":true}}', 422, "KEY_REFUSED"],
  [
    "__proto__ in the payload",
    '{"name":"hostile","id":"h-1","payload":{"__proto__":{"admin":true}}}',
    422,
    "KEY_REFUSED",
  ],
  ["NUL", '{"name":"hostile","id":"h-1","payload":"a\\u0000b"}', 422, "TEXT_NOT_STORABLE"],
  ["NUL in the name", '{"name":"host\\u0000ile","id":"h-1"}', 422, "TEXT_NOT_STORABLE"],
  ["a lone surrogate", '{"name":"hostile","id":"h-1","payload":{"\\ud800":1}}', 422, "TEXT_NOT_STORABLE"],
  [
    "a number that would change",
    '{"name":"hostile","id":"h-1","payload":12345678901234567890}',
    422,
    "NUMBER_NOT_EXACT",
  ],
  ["a number that is none", '{"name":"hostile","id":"h-1","payload":1e400}', 422, "NUMBER_NOT_EXACT"],
  [
    "a key that would change",
    '{"name":"hostile","id":"h-1","correlationKey":12345678901234567890}',
    422,
    "NUMBER_NOT_EXACT",
  ],
  ["an unknown run", one({ runId: nobody }), 404, "RUN_NOT_FOUND"],
  ["a payload over 256 KiB", one({ payload: "x".repeat(256 * 1_024) }), 413, "PAYLOAD_TOO_LARGE"],
  ["a huge body", one({ payload: "x".repeat(20 * 1_024 * 1_024) }), 413, "BODY_TOO_LARGE"],
  ["10,000 levels", deep(10_000), 422, "VALUE_TOO_DEEP"],
  ["10,000 events", many(10_000), 422, "REQUEST_INVALID"],
  [
    "the last of many bad",
    JSON.stringify([...(JSON.parse(many(100)) as object[]), { name: "hostile" }]),
    422,
    "REQUEST_INVALID",
  ],
  [
    "one of many for an unknown run",
    JSON.stringify([...(JSON.parse(many(100)) as object[]), { name: "hostile", id: "last", runId: nobody }]),
    404,
    "RUN_NOT_FOUND",
  ],
  [
    "one of many too large",
    JSON.stringify([
      ...(JSON.parse(many(100)) as object[]),
      { name: "hostile", id: "last", payload: "x".repeat(300_000) },
    ]),
    413,
    "PAYLOAD_TOO_LARGE",
  ],
];

test("[ING-19] [SEC-06] whatever is no event has its code and its place, and stores nothing", async () => {
  const before = await stored();
  const answers: unknown[] = [];
  for (const [what, body, , , contentType] of refused) {
    const reply = await send(body, contentType);
    const problem = (await reply.json()) as { code: string; status: number; remedy: unknown };
    expect([what, reply.headers.get("content-type")]).toEqual([
      what,
      expect.stringContaining("application/problem+json"),
    ]);
    expect([what, typeof problem.remedy, problem.status]).toEqual([what, "string", reply.status]);
    answers.push([what, reply.status, problem.code]);
  }
  expect(answers).toEqual(refused.map(([what, , status, code]) => [what, status, code]));
  expect(await stored()).toEqual(before);
});

test("[ING-19] of several events one that does not fit its type, or has the id of another, is named by its place, and none is stored", async () => {
  await on.one.client.eventTypes.put({
    params: { name: "typed" },
    body: { schema: { type: "object", required: ["n"], properties: { n: { type: "integer" } } } },
  });
  expect((await send(JSON.stringify({ name: "typed", id: "t-0", payload: { n: 1 } }))).status).toBe(202);
  const before = await stored();
  const good = { name: "typed", id: "t-1", payload: { n: 1 } };
  for (const [bad, status, code, pointer] of [
    [{ name: "typed", id: "t-2", payload: { n: "one" } }, 422, "PAYLOAD_INVALID", "/1/payload/n"],
    [{ name: "typed", id: "t-2" }, 422, "PAYLOAD_INVALID", "/1/payload/n"],
    [{ name: "typed", id: "t-0", payload: { n: 2 } }, 409, "EVENT_CONFLICT", "/1/id"],
    [{ name: "typed", id: "t-1", payload: { n: 3 } }, 409, "EVENT_CONFLICT", "/1/id"],
  ] as const) {
    const reply = await send(JSON.stringify([good, bad]));
    expect([status, await reply.json()]).toEqual([
      reply.status,
      expect.objectContaining({ code, issues: [expect.objectContaining({ pointer })] }),
    ]);
  }
  expect(await stored()).toEqual(before);
  // A type that nobody has described is no reason to refuse.
  expect((await send(JSON.stringify({ name: "never described", id: "u-1", payload: null }))).status).toBe(202);
});

test("[SEC-06] what is strange and is an event all the same comes back as it was sent", async () => {
  const payloads: unknown[] = [
    null,
    false,
    0,
    -0.5,
    1.5e-300,
    "",
    [],
    [[[]]],
    { hasOwnProperty: 1, toString: "x", "": 2, "a.b": 3, "%": 4 },
    "\u202e\ufeff\uffff\u2028👩‍👩‍👧‍👦",
    "x".repeat(256 * 1_024 - 2),
  ];
  for (const [n, payload] of payloads.entries()) {
    const reply = await send(JSON.stringify({ name: "strange", id: `s-${n}`, payload, correlationKey: "' or 1=1 --" }));
    expect([n, reply.status]).toEqual([n, 202]);
    const { eventId } = (await reply.json()) as { eventId: string };
    expect(await on.one.client.events.get({ params: { id: eventId } })).toMatchObject({
      payload,
      correlationKey: "' or 1=1 --",
    });
  }
  const ids = ["\u202e", "'; drop table tenants; --", "a/b?c=d&e", "%00", "é", "e\u0301"];
  for (const id of ids) {
    expect((await send(JSON.stringify({ name: "strange", id }))).status).toBe(202);
    expect((await on.one.client.events.list({ query: { id } })).items.map((event) => event.id)).toEqual([id]);
  }
});

const secret = "whsec_the_secret_of_strange_calls";

test("[WHK-01] [SEC-06] whatever a webhook's sender signs is an event with what could be kept of it, or has its code and stores nothing", async () => {
  const { path } = await on.one.client.webhooks.create({
    body: { key: "strange", scheme: "stripe", secret, headers: [], enabled: true },
  });
  const call = async (
    body: string | Buffer,
    at: string = String(Math.floor(Date.now() / 1_000)),
  ): Promise<Response> => {
    const bytes = new Uint8Array(Buffer.from(body));
    const signature = createHmac("sha256", secret).update(`${at}.`).update(bytes).digest("hex");
    return fetch(on.url + path, {
      method: "POST",
      headers: { "content-type": json, "stripe-signature": `t=${at},v1=${signature}` },
      body: bytes,
    });
  };
  const kept: [body: string | Buffer, payload: unknown, adjusted: readonly string[] | null][] = [
    ["null", null, null],
    ["[1]", [1], null],
    ['{"id":null,"type":null}', { id: null, type: null }, null],
    ['{"type":"","n":1}', { type: "", n: 1 }, null],
    ['{"n":12345678901234567890}', { n: "12345678901234567890" }, ["/n NUMBER_NOT_EXACT"]],
    ['{"t":"a\\u0000b\\ud800"}', { t: "a\ufffdb\ufffd" }, ["/t TEXT_NOT_STORABLE"]],
    ['{"__proto__":{"admin":true},"n":2}', { n: 2 }, ["/__proto__ KEY_REFUSED"]],
    [Buffer.from([0x22, 0xff, 0x22]), "\ufffd", [" TEXT_NOT_STORABLE"]],
  ];
  for (const [body, payload, adjusted] of kept) {
    const reply = await call(body);
    expect([String(body), reply.status]).toEqual([String(body), 202]);
    const { eventId } = (await reply.json()) as { eventId: string };
    const event = await on.one.client.events.get({ params: { id: eventId } });
    expect(event).toMatchObject({
      source: "strange",
      name: expect.stringMatching(/^(stripe|webhook)\./),
      payload,
      adjusted,
    });
  }
  const before = await stored();
  const body = '{"id":"evt_now","type":"charge.failed"}';
  const now = Math.floor(Date.now() / 1_000);
  for (const at of [
    "-1",
    "0",
    "",
    "now",
    "1e9",
    "99999999999999999999",
    String(now + 3_600),
    String(now - 3_600),
    `${now}.5`,
  ])
    expect([at, (await call(body, at)).status]).toEqual([at, 401]);
  for (const [broken, status, code] of [
    ["{", 400, "BODY_NOT_JSON"],
    ['{"a":1}{"a":2}', 400, "BODY_NOT_JSON"],
    [`${"[".repeat(10_000)}${"]".repeat(10_000)}`, 400, "BODY_NOT_JSON"],
    [`["${"x".repeat(300_000)}"]`, 413, "PAYLOAD_TOO_LARGE"],
    [`["${"x".repeat(2_000_000)}"]`, 413, "BODY_TOO_LARGE"],
  ] as const) {
    const reply = await call(broken);
    expect([broken.slice(0, 20), reply.status, await reply.json()]).toEqual([
      broken.slice(0, 20),
      status,
      expect.objectContaining({ code }),
    ]);
  }
  expect(await stored()).toEqual(before);
});
