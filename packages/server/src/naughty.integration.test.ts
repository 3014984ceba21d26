import { fullPath, listRoutes, newEvent } from "@mainspring/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformKey, smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
  await on.one.client.workflows.create({ body: { definition: smallDefinition("victim") } });
  await on.one.client.workflows.publish({ params: { key: "victim" } });
});
afterAll(() => on.close());

// Texts that have broken others: quotes, markup, paths, formats, directions, combining marks, very long, numbers in disguise.
const texts = [
  "",
  " ",
  "'",
  "''; drop table workflow_runs; --",
  '"',
  "\\",
  "%",
  "_",
  "%s%n",
  "../../etc/passwd",
  "..%2f..",
  "null",
  "undefined",
  "NaN",
  "Infinity",
  "-1",
  "0x7f",
  "1e400",
  "9223372036854775808",
  "<script>alert(1)</script>",
  "${7*7}",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "$blob",
  "_jsonata_lambda",
  "Ω≈ç√∫",
  "田中さん",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "\u202etfel",
  "\ufeff",
  "\uffff",
  "\u0001\u0008\u001b[31m",
  "\r\nSet-Cookie: a=b",
  "a".repeat(3_000),
  "00000000-0000-0000-0000-000000000000",
  "true",
  "[]",
  "{}",
  "*",
  "(",
  "(?:a+)+$",
];
const values: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  1.5,
  [],
  {},
  [[[[]]]],
  { a: { b: { c: null } } },
  [null],
  ...texts,
];

/** A few of them, said shortly: there may be very many. */
const brief = (failed: readonly string[]): string[] => failed.slice(0, 10).map((line) => line.slice(0, 160));

test("[SEC-06] no path, query or header that is strange makes the server fail", async () => {
  const failed: string[] = [];
  for (const { route } of listRoutes()) {
    const key = route.role === "platform" ? platformKey : on.one.keys.admin;
    const queryNames = Object.keys(route.query?.shape ?? {}).filter((name) => name !== "wait");
    if (route.params === undefined && queryNames.length === 0) continue;
    await inTurns(texts, async (text) => {
      const path = fullPath(route).replace(/:\w+/g, () => encodeURIComponent(text));
      const query = new URLSearchParams(queryNames.map((name): [string, string] => [name, text])).toString();
      const headers = {
        authorization: `Bearer ${key}`,
        "if-match": headerOf(text),
        "idempotency-key": headerOf(text),
        "last-event-id": headerOf(text),
      };
      const { status } = await fetch(`${on.url}${path}${query === "" ? "" : "?"}${query}`, {
        method: route.method,
        headers,
      });
      if (status >= 500) failed.push(`${status} ${route.method} ${path}?${query}`);
    });
    for (const name of queryNames) {
      for (const value of ["%00", "%ed%a0%80", "%zz", "1&" + name + "=2"]) {
        const { status } = await fetch(`${on.url}${fullPath(route)}?${name}=${value}`, {
          method: route.method,
          headers: { authorization: `Bearer ${key}` },
        });
        if (status >= 500) failed.push(`${status} ${route.method} ${fullPath(route)}?${name}=${value}`);
      }
    }
  }
  expect(brief(failed)).toEqual([]);
});

const good: { readonly [member: string]: unknown } = {
  name: "a",
  id: "1",
  role: "viewer",
  definition: smallDefinition("victim"),
};

test("[SEC-06] no body that is strange makes the server fail, in whole or in any of its members", async () => {
  const failed: string[] = [];
  for (const { id, route } of listRoutes()) {
    if (route.body === undefined) continue;
    const key = route.role === "platform" ? platformKey : on.one.keys.admin;
    const path = fullPath(route).replace(":key", "victim").replace(/:\w+/g, "0190a0a0-0000-7000-8000-000000000001");
    const shape = id === "events.accept" ? newEvent.shape : ((route.body as unknown as { shape?: object }).shape ?? {});
    const base = Object.fromEntries(Object.keys(shape).flatMap((name) => (name in good ? [[name, good[name]]] : [])));
    const bodies = [
      ...values,
      ...Object.keys(shape).flatMap((name) => values.map((value) => ({ ...base, [name]: value }))),
    ];
    await inTurns(bodies, async (body) => {
      const { status } = await send(path, route.method, key, JSON.stringify(body));
      if (status >= 500) failed.push(`${status} ${id} ${JSON.stringify(body)}`);
    });
  }
  expect(brief(failed)).toEqual([]);
});

test("[SEC-06] definitions that are huge, deep or full of strange texts end in issues", async () => {
  const deep = (depth: number): unknown =>
    depth === 0 ? [] : [{ id: `s${depth}`, type: "control.if", condition: true, then: deep(depth - 1) }];
  const step = (i: number): object => ({ id: `s${i}`, type: "state.set", state: "x" });
  const definitions: unknown[] = [
    smallDefinition("victim", { steps: deep(100) as never }),
    smallDefinition("victim", { steps: Array.from({ length: 20_000 }, (_, i) => step(i)) as never }),
    smallDefinition("victim", { steps: Array.from({ length: 500 }, () => step(1)) as never }),
    ...texts.map((text) =>
      smallDefinition("victim", {
        steps: [{ id: "s", type: "transform.assign", assign: { x: { $expr: text } } }] as never,
      }),
    ),
    ...texts.map((text) => smallDefinition("victim", { steps: [{ id: text, type: text, [text]: text }] as never })),
  ];
  for (const definition of definitions) {
    const reply = await send(
      "/api/v1/workflows/victim/validate",
      "POST",
      on.one.keys.viewer,
      JSON.stringify({ definition }),
    );
    expect(reply.status, JSON.stringify(definition).slice(0, 200)).toBeLessThan(500);
  }
  const bombs = [
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: [*d,*d]",
    "- ".repeat(20_000),
    "{".repeat(20_000),
    "a: !!js/function x",
    "%YAML 9.9\n---\na",
    "\t\t\t",
    "a: *a",
  ];
  for (const yaml of bombs) {
    const reply = await fetch(`${on.url}/api/v1/workflows/victim/validate`, {
      method: "POST",
      headers: { authorization: `Bearer ${on.one.keys.viewer}`, "content-type": "application/yaml" },
      body: yaml,
    });
    expect(reply.status, yaml.slice(0, 40)).toBe(200);
    expect(await reply.json()).toMatchObject({ valid: false });
  }
});

test("every text that can be stored comes back as it was sent", async () => {
  for (const [i, text] of texts.entries()) {
    const receipt = await on.one.client.events.accept({
      body: {
        name: "naughty",
        id: `n-${i}`,
        payload: { text, [`k${text.replace(/^(__proto__|constructor|\$blob|_jsonata_.*)$/, "x")}`]: 1 },
      },
    });
    if (Array.isArray(receipt)) throw new Error("one event has one receipt");
    const { payload } = await on.one.client.events.get({ params: { id: receipt.eventId } });
    expect((payload as { text: string }).text).toBe(text);
  }
});

/** A few at a time. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const next = async (): Promise<void> => {
    while (rest.length > 0) await work(rest.pop() as T);
  };
  await Promise.all(Array.from({ length: 8 }, next));
}

async function send(path: string, method: string, key: string, body: string): Promise<{ status: number }> {
  const reply = await fetch(on.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body,
  });
  await reply.arrayBuffer();
  return { status: reply.status };
}

/** As much of a text as a header can carry. */
function headerOf(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "").slice(0, 2_000);
}
