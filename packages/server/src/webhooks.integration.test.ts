// Calls of webhook endpoints as others make them: real bytes through HTTP, signed here with Node's HMAC.
import { createHash, createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { asOwner as readAsOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeJournal } from "./testing/journals.ts";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer, TestTenant } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

type Headers = { readonly [name: string]: string };
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: { readonly [name: string]: unknown };
}

const json = { "content-type": "application/json" };
const nowS = (): number => Math.floor(Date.now() / 1000);

function hmac(secret: string, ...parts: (string | Buffer)[]): string {
  const sum = createHmac("sha256", secret);
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}

async function post(path: string, body: string | Buffer, headers: Headers, url = on.url): Promise<Answer> {
  const reply = await fetch(url + path, { method: "POST", body: Buffer.from(body), headers });
  const text = await reply.text();
  return { status: reply.status, text, body: text.startsWith("{") ? (JSON.parse(text) as Answer["body"]) : {} };
}

const stripeHeaders = (secret: string, body: string | Buffer, atS = nowS()): Headers => ({
  ...json,
  "stripe-signature": `t=${atS},v1=${hmac(secret, `${atS}.`, Buffer.from(body))}`,
});

async function endpoint(key: string, settings: object = {}, tenant: TestTenant = on.one): Promise<string> {
  const { path } = await tenant.client.webhooks.create({
    body: { key, scheme: "stripe", secret: oldSecret, headers: [], enabled: true, ...settings },
  });
  return path;
}

const oldSecret = "whsec_the_old_secret_S1";
const newSecret = "whsec_the_new_secret_S2";

async function asOwner<Row = unknown>(text: string): Promise<Row[]> {
  return [...(await readAsOwner(on.database, text))] as Row[];
}

async function eventsOf(source: string, tenant: TestTenant = on.one) {
  return (await tenant.client.events.list({ query: { source } })).items;
}

async function rowsAbout(endpointKey: string): Promise<number> {
  const [row] = await asOwner<{ n: string }>(
    `select (select count(*) from workflow_runtime_events where source = '${endpointKey}') as n`,
  );
  return Number(row?.n);
}

test("[CASE-31] [WHK-01] raw bytes and two secrets: what is rightly signed is taken once, and everything else gets one answer and leaves nothing", async () => {
  // Two spaces behind a colon, an é as an escape and one in UTF-8, a number with a trailing zero, a newline at the end.
  const body = Buffer.from('{"id":"evt_9","amount":  10.0,"note":"caf\\u00e9 \u00e9","data":{"b":1,"a":2}}\n', "utf8");
  expect(body.includes(Buffer.from("\\u00e9 \u00e9"))).toBe(true);
  const two = async (key: string): Promise<{ path: string; oldId: string }> => {
    const path = await endpoint(key);
    const { secrets } = await on.one.client.webhooks.get({ params: { key } });
    const added = await on.one.client.webhooks.addSecret({ params: { key }, body: { secret: newSecret } });
    expect(added).not.toHaveProperty("secret");
    return { path, oldId: secrets[0]?.id ?? "" };
  };
  const { path, oldId } = await two("case-31");
  const { path: fresh } = await two("case-31-fresh");
  const now = nowS();
  const byOld = stripeHeaders(oldSecret, body, now);
  const rotated: Headers = {
    ...json,
    "stripe-signature": `t=${now},v1=${"ab".repeat(32)},v1=${hmac(newSecret, `${now}.`, body)},v0=anything`,
  };
  // (a), (b)
  const a = await post(path, body, byOld);
  expect(a).toMatchObject({ status: 202, body: { duplicate: false } });
  expect(await post(path, body, rotated)).toMatchObject({
    status: 200,
    body: { duplicate: true, eventId: a.body["eventId"] },
  });
  expect(await post(fresh, body, rotated)).toMatchObject({ status: 202, body: { duplicate: false } });
  expect(await on.one.client.events.get({ params: { id: String(a.body["eventId"]) } })).toMatchObject({
    source: "case-31",
    id: "evt_9",
    name: "webhook.case-31",
    payload: { id: "evt_9", amount: 10, note: "café é", data: { b: 1, a: 2 } },
    adjusted: null,
  });
  // The order of the header's parts does not matter.
  const turned: Headers = {
    ...json,
    "stripe-signature": String(byOld["stripe-signature"]).split(",").reverse().join(","),
  };
  expect((await post(path, body, turned)).status).toBe(200);

  // (c) parsed and written again, (d) an hour old, (e) no header, and bytes of another
  const before = await metric("unauthorised");
  const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  const refused = [
    await post(path, again, byOld),
    await post(path, body, stripeHeaders(oldSecret, body, now - 3_600)),
    await post(path, body, json),
    await post(path, body, { ...json, "stripe-signature": "t=,v1=" }),
    await post(path, body, stripeHeaders("a secret of somebody else", body, now)),
  ];
  // (f): (a) after its secret was retired
  await on.one.client.webhooks.removeSecret({ params: { key: "case-31", id: oldId } });
  refused.push(await post(path, body, byOld));
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
  expect(new Set(refused.map(({ text }) => text)).size).toBe(1);
  expect(refused[0]?.body).toMatchObject({ code: "WEBHOOK_UNAUTHORISED", status: 401 });
  expect(await metric("unauthorised")).toBe(before + refused.length);
  // (g)
  const empty = await post(path, "", stripeHeaders(newSecret, ""));
  expect(empty).toMatchObject({ status: 400, body: { code: "BODY_NOT_JSON" } });
  expect(await rowsAbout("case-31")).toBe(1);
  // The other secret still counts.
  expect((await post(path, body, rotated)).status).toBe(200);
  const decisions = await asOwner<{ outcome: string; values: { reason: string } }>(
    `select outcome, "values" from workflow_trigger_decisions where "values" ->> 'endpoint' = 'case-31'`,
  );
  // One a minute for each endpoint, however many there are.
  expect(decisions.length).toBeGreaterThanOrEqual(1);
  expect(decisions.length).toBeLessThanOrEqual(2);
  expect(decisions[0]).toMatchObject({ outcome: "unauthorised", values: { reason: "wrong-signature" } });
});

async function metric(outcome: string): Promise<number> {
  const text = await (await fetch(`${on.url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^mainspring_webhook_calls_total\\{outcome="${outcome}".*\\} (\\d+)$`, "gm"))]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0);
}

test("[CAS-01] [WHK-01] a repeated id is a duplicate whatever the body, and the audit log says so", async () => {
  const path = await endpoint("repeats");
  const first = '{"id":"evt_1","type":"charge.failed","n":1}';
  const other = '{"id":"evt_1","type":"charge.failed","n":2}';
  const receipt = await post(path, first, stripeHeaders(oldSecret, first));
  expect(receipt).toMatchObject({ status: 202, body: { duplicate: false } });
  const { eventId } = receipt.body;
  for (const body of [first, other])
    expect(await post(path, body, stripeHeaders(oldSecret, body))).toMatchObject({
      status: 200,
      body: { eventId, duplicate: true },
    });
  expect(await eventsOf("repeats")).toMatchObject([{ name: "stripe.charge.failed", payload: { n: 1 } }]);
  const entries = await asOwner(
    `select actor, action, details from audit_log where subject = 'event:${String(eventId)}' order by seq`,
  );
  expect(entries).toMatchObject([
    { actor: "webhook:repeats", action: "event.duplicate", details: { id: "evt_1", sameContent: true } },
    { actor: "webhook:repeats", action: "event.duplicate", details: { id: "evt_1", sameContent: false } },
  ]);
});

test("[WHK-01] two tenants may have endpoints of one key: each has its own address, secret and events", async () => {
  const mine = await endpoint("shared-key");
  const theirs = await endpoint("shared-key", { secret: newSecret }, on.other);
  expect(mine).not.toBe(theirs);
  expect(mine).toContain(on.one.id);
  const body = '{"id":"evt_1","type":"a"}';
  expect((await post(mine, body, stripeHeaders(oldSecret, body))).status).toBe(202);
  expect((await post(theirs, body, stripeHeaders(oldSecret, body))).status).toBe(401);
  expect((await post(theirs, body, stripeHeaders(newSecret, body))).status).toBe(202);
  expect(await eventsOf("shared-key")).toHaveLength(1);
  expect(await eventsOf("shared-key", on.other)).toHaveLength(1);
});

test("[CAS-01] [WHK-01] GitHub: JSON or a form, named by event and action, known again by the delivery's id; a ping is answered and is no event", async () => {
  const path = await endpoint("hub", { scheme: "github" });
  const headers = (body: string, more: Headers): Headers => ({
    ...json,
    "x-hub-signature-256": `sha256=${hmac(oldSecret, body)}`,
    "x-github-event": "issues",
    "x-github-delivery": "d-1",
    ...more,
  });
  const body = '{"action":"opened","issue":{"number":7}}';
  expect((await post(path, body, headers(body, {}))).status).toBe(202);
  // It signs no time: the same call a year later is known by its id.
  expect((await post(path, body, headers(body, {}))).status).toBe(200);
  const form = `payload=${encodeURIComponent('{"action":"closed","issue":{"number":7}}')}`;
  const asForm = { "content-type": "application/x-www-form-urlencoded", "x-github-delivery": "d-2" };
  expect((await post(path, form, headers(form, asForm))).status).toBe(202);
  const ping = await post(path, '{"zen":"x"}', headers('{"zen":"x"}', { "x-github-event": "ping" }));
  expect(ping).toMatchObject({ status: 200, body: { pong: true } });
  expect((await post(path, "payload=%7B", headers("payload=%7B", asForm))).body).toMatchObject({
    status: 400,
    code: "BODY_NOT_JSON",
  });
  const unsigned = await post(path, '{"zen":"x"}', { ...json, "x-github-event": "ping" });
  expect(unsigned.status).toBe(401);
  expect((await eventsOf("hub")).map(({ id, name, payload }) => ({ id, name, payload }))).toEqual([
    { id: "d-2", name: "github.issues.closed", payload: { action: "closed", issue: { number: 7 } } },
    { id: "d-1", name: "github.issues.opened", payload: { action: "opened", issue: { number: 7 } } },
  ]);
});

test("[CAS-01] [WHK-01] Slack: a challenge is answered, events and commands are taken", async () => {
  const path = await endpoint("chat", { scheme: "slack" });
  const headers = (body: string, more: Headers = json, atS = nowS()): Headers => ({
    "x-slack-request-timestamp": String(atS),
    "x-slack-signature": `v0=${hmac(oldSecret, `v0:${atS}:${body}`)}`,
    ...more,
  });
  const challenge = '{"type":"url_verification","challenge":"3eZbrw1aB"}';
  expect(await post(path, challenge, headers(challenge))).toMatchObject({
    status: 200,
    body: { challenge: "3eZbrw1aB" },
  });
  const mention = '{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","text":"hi"}}';
  expect((await post(path, mention, headers(mention))).status).toBe(202);
  expect((await post(path, mention, headers(mention, json, nowS() - 301))).status).toBe(401);
  const command = "command=%2Fdeploy&text=now";
  const asForm = { "content-type": "application/x-www-form-urlencoded" };
  expect((await post(path, command, headers(command, asForm))).status).toBe(202);
  expect((await post(path, command, headers(command, asForm))).status).toBe(200);
  expect((await eventsOf("chat")).map(({ id, name, payload }) => ({ id, name, payload }))).toEqual([
    {
      id: createHash("sha256").update(command).digest("hex"),
      name: "webhook.chat",
      payload: { command: "/deploy", text: "now" },
    },
    { id: "Ev1", name: "slack.app_mention", payload: JSON.parse(mention) as unknown },
  ]);
});

test("[CAS-01] [WHK-01] Standard Webhooks, with a secret that was made here and shown once", async () => {
  const created = await on.one.client.webhooks.create({
    body: { key: "std", scheme: "standard", enabled: true, headers: [] },
  });
  expect(created.secret).toMatch(/^whsec_[A-Za-z0-9+/=]{32}$/);
  const key = Buffer.from(String(created.secret).slice("whsec_".length), "base64");
  const body = '{"type":"invoice.paid","data":{"id":12345678901234567890,"note":"a\\u0000b"}}';
  const at = nowS();
  const signature = createHmac("sha256", key).update(`msg_1.${at}.${body}`).digest("base64");
  const headers = {
    ...json,
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at),
    "webhook-signature": `v1a,nothing v1,${signature}`,
  };
  expect((await post(created.path, body, headers)).status).toBe(202);
  const [event] = await eventsOf("std");
  // What cannot be kept as it came is noted with its place.
  expect(event).toMatchObject({
    id: "msg_1",
    name: "invoice.paid",
    payload: { type: "invoice.paid", data: { id: "12345678901234567890", note: "a\uFFFDb" } },
    adjusted: ["/data/id NUMBER_NOT_EXACT", "/data/note TEXT_NOT_STORABLE"],
  });
  const shown = await on.one.client.webhooks.get({ params: { key: "std" } });
  expect(shown).not.toHaveProperty("secret");
});

test("[CAS-01] an endpoint's own name and key come from expressions over headers, query and body; one that fails loses no event", async () => {
  const path = await endpoint("named", {
    eventName: { $expr: "'shop.' & body.kind" },
    correlationKey: { $expr: "query.shop & '-' & headers.`x-order`" },
    headers: ["X-Order"],
  });
  const send = async (body: string, question = "", more: Headers = {}): Promise<void> => {
    expect((await post(path + question, body, { ...stripeHeaders(oldSecret, body), ...more })).status).toBe(202);
  };
  await send('{"id":"1","kind":"paid"}', "?shop=b%C3%A4r", { "X-Order": "7", authorization: "Bearer secret" });
  await send('{"id":"2","kind":{"a":1}}');
  const [second, first] = await eventsOf("named");
  expect(first).toMatchObject({
    name: "shop.paid",
    correlationKey: "bär-7",
    correlationHow: "explicit",
    payload: { headers: { "x-order": "7" }, body: { id: "1", kind: "paid" } },
  });
  expect(second).toMatchObject({ payload: { headers: {}, body: { id: "2" } } });
  expect(JSON.stringify([first, second])).not.toContain("Bearer");
});

test("an expression that is none is refused when it is saved, with code and place; so is a header that holds credentials", async () => {
  const create = (settings: object): Promise<unknown> => endpoint("misfit", settings);
  await expect(create({ eventName: { $expr: "body.(" } })).rejects.toMatchObject({
    status: 422,
    code: "WEBHOOK_INVALID",
    issues: [{ code: "EXPR_SYNTAX", pointer: "/eventName/$expr" }],
  });
  await expect(create({ correlationKey: { $expr: "payload.id" } })).rejects.toMatchObject({
    issues: [{ code: "VARIABLE_UNDEFINED", pointer: "/correlationKey/$expr" }],
  });
  await expect(create({ headers: ["Authorization"], reply: { waitMs: 5 } })).rejects.toMatchObject({
    issues: [
      { code: "FIELD_INVALID", pointer: "/headers/0" },
      { code: "FIELD_MISSING", pointer: "/workflow" },
    ],
  });
  await expect(create({ scheme: "standard", secret: "no base64 at all" })).rejects.toMatchObject({
    issues: [{ code: "FIELD_INVALID", pointer: "/secret" }],
  });
  await expect(on.one.client.webhooks.get({ params: { key: "misfit" } })).rejects.toMatchObject({ status: 404 });
});

test("[CAS-01] unknown addresses, switched-off endpoints, other types and oversized bodies get their code, and nothing is stored", async () => {
  const path = await endpoint("strict");
  const body = '{"id":"evt_1"}';
  const signed = stripeHeaders(oldSecret, body);
  const unknown = [
    `/hooks/${on.one.id}/nobody`,
    `/hooks/${on.other.id}/strict`,
    `/hooks/00000000-0000-7000-8000-000000000000/strict`,
    "/hooks/not-a-tenant/strict",
    `/hooks/${on.one.id}/..%2f`,
    `/hooks/${on.one.id}/%00`,
  ];
  const answers = await Promise.all(unknown.map((at) => post(at, body, signed)));
  expect(answers.map(({ status }) => status)).toEqual(unknown.map(() => 404));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);

  const text = await post(path, body, { ...signed, "content-type": "text/plain" });
  expect(text).toMatchObject({ status: 415, body: { code: "MEDIA_TYPE_UNSUPPORTED" } });
  const huge = `{"id":"h","x":"${"x".repeat(1024 * 1024)}"}`;
  expect(await post(path, huge, stripeHeaders(oldSecret, huge))).toMatchObject({
    status: 413,
    body: { code: "BODY_TOO_LARGE" },
  });
  const large = `{"id":"l","x":"${"x".repeat(256 * 1024)}"}`;
  expect(await post(path, large, stripeHeaders(oldSecret, large))).toMatchObject({
    status: 413,
    body: { code: "PAYLOAD_TOO_LARGE" },
  });
  // Spaces are not part of what is kept.
  const padded = `{"id":"p",${" ".repeat(900 * 1024)}"x":1}`;
  expect((await post(path, padded, stripeHeaders(oldSecret, padded))).status).toBe(202);
  for (const nonsense of ["{", "<xml/>", "\ufeff", "null x"])
    expect((await post(path, nonsense, stripeHeaders(oldSecret, nonsense))).body).toMatchObject({
      code: "BODY_NOT_JSON",
    });
  expect((await eventsOf("strict")).map(({ id }) => id)).toEqual(["p"]);

  const { key: _, ...settings } = { key: "strict", scheme: "stripe" as const, enabled: false, headers: [] };
  await on.one.client.webhooks.put({ params: { key: "strict" }, body: settings });
  expect((await post(path, body, signed)).status).toBe(404);
});

test("a client that sends its body in drops is waited for, and one that leaves half-way leaves nothing", async () => {
  const path = await endpoint("slow");
  const body = Buffer.from('{"id":"evt_slow","n":1}');
  const drip = (bytes: Buffer, isWhole: boolean): Promise<number | "left"> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(on.url);
      const headers = { ...stripeHeaders(oldSecret, body), "content-length": String(body.length) };
      const call = httpRequest({ hostname, port, path, method: "POST", headers }, (reply) => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      });
      call.on("error", (error) => (isWhole ? reject(error) : resolve("left")));
      let sent = 0;
      const next = (): void => {
        if (sent < bytes.length) call.write(bytes.subarray(sent, (sent += 5)), () => setImmediate(next));
        else if (isWhole) call.end();
        else call.destroy(new Error("the client leaves"));
      };
      next();
    });
  expect(await drip(body.subarray(0, 10), false)).toBe("left");
  expect(await eventsOf("slow")).toEqual([]);
  expect(await drip(body, true)).toBe(202);
  expect(await eventsOf("slow")).toHaveLength(1);
});

test("what one server accepted is a duplicate for the next one, which verifies with the same secrets", async () => {
  const path = await endpoint("restarted");
  const body = '{"id":"evt_1"}';
  const first = await post(path, body, stripeHeaders(oldSecret, body));
  const next = await on.startAnother();
  try {
    expect(await post(path, body, stripeHeaders(oldSecret, body), next.url)).toMatchObject({
      status: 200,
      body: { eventId: first.body["eventId"], duplicate: true },
    });
    expect((await post(path, body, stripeHeaders(newSecret, body), next.url)).status).toBe(401);
  } finally {
    await next.close();
  }
});

test("a workflow that an endpoint names is started once by each event, and one that cannot start is a decision", async () => {
  await on.one.client.workflows.create({ body: { definition: smallDefinition("direct") } });
  await on.one.client.workflows.publish({ params: { key: "direct" } });
  const path = await endpoint("starts", { workflow: "direct" });
  const body = '{"id":"evt_1","n":3}';
  const first = await post(path, body, stripeHeaders(oldSecret, body));
  expect(first).toMatchObject({ status: 202, body: { duplicate: false, status: "QUEUED" } });
  const runId = String(first.body["runId"]);
  expect(await on.one.client.runs.get({ params: { id: runId } })).toMatchObject({
    workflow: "direct",
    input: { id: "evt_1", n: 3 },
    trigger: { type: "event", eventId: first.body["eventId"], triggerId: "webhook:starts" },
  });
  // Our answer was lost, and the sender repeats itself.
  expect(await post(path, body, stripeHeaders(oldSecret, body))).toMatchObject({ status: 200, body: { runId } });
  const decisions = (eventId: unknown): Promise<unknown[]> =>
    asOwner(
      `select outcome, run_id as run from workflow_trigger_decisions where event_id = '${String(eventId)}' and trigger_id = 'webhook:starts'`,
    );
  expect(await decisions(first.body["eventId"])).toEqual([{ outcome: "fired", run: runId }]);

  const nowhere = await endpoint("starts-nothing", { workflow: "not-there" });
  const other = await post(nowhere, body, stripeHeaders(oldSecret, body));
  expect(other).toMatchObject({ status: 202, body: { notStarted: { code: "WORKFLOW_NOT_FOUND" } } });
  expect(await eventsOf("starts-nothing")).toHaveLength(1);
});

test("with a reply asked for, the call is answered with the run's output once its end is confirmed, and with a receipt where that takes too long", async () => {
  await on.one.client.workflows.create({ body: { definition: smallDefinition("answering") } });
  await on.one.client.workflows.publish({ params: { key: "answering" } });
  const path = await endpoint("answers", { workflow: "answering", reply: { waitMs: 30_000 } });
  const body = '{"id":"evt_1","n":3}';
  on.runs.executionsAreClosed = false;
  const waiting = post(path, body, stripeHeaders(oldSecret, body));
  let isAnswered = false;
  void waiting.then(() => (isAnswered = true));
  const newest = async (): Promise<string | undefined> =>
    (await on.one.client.runs.list({ query: { workflow: "answering" } })).items[0]?.id;
  await until(async () => (await newest()) !== undefined);
  const run = { tenantId: on.one.id, runId: (await newest()) ?? "" };
  await writeJournal(on.database.store, run, [1, 2, 3, 4, 5, 6, 7]);
  await until(async () => (await on.one.client.runs.get({ params: { id: run.runId } })).status === "SUCCEEDED");
  expect(isAnswered).toBe(false);
  on.runs.executionsAreClosed = true;
  expect(await waiting).toMatchObject({ status: 200, body: { receipt: 7 } });
  // The sender did not hear of it: what it repeats is a duplicate, with the run.
  expect(await post(path, body, stripeHeaders(oldSecret, body))).toMatchObject({
    status: 200,
    body: { duplicate: true, runId: run.runId },
  });

  const hasty = await endpoint("hasty", { workflow: "answering", reply: { waitMs: 1 } });
  expect(await post(hasty, body, stripeHeaders(oldSecret, body))).toMatchObject({
    status: 202,
    body: { duplicate: false, runId: expect.any(String), status: "QUEUED" },
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("[SEC-03] a webhook's secret is found nowhere: not in rows, replies or the audit log", async () => {
  const secret = "a secret that must not be found";
  const path = await endpoint("secretive", { secret });
  const replies = [
    await on.one.client.webhooks.get({ params: { key: "secretive" } }),
    await on.one.client.webhooks.list(),
    await post(path, "{}", stripeHeaders("wrong", "{}")),
    await post(path, '{"id":"e"}', stripeHeaders(secret, '{"id":"e"}')),
  ];
  const tables = await asOwner<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  const everything: unknown[] = [...replies];
  for (const { name } of tables) everything.push(await asOwner(`select t::text from "${name}" t`));
  const text = JSON.stringify(everything);
  expect(text).toContain("secretive");
  for (const form of [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")])
    expect(text.includes(form), form).toBe(false);
});

test("[WHK-01] an endpoint has at most two secrets at a time, and each can be taken away", async () => {
  await endpoint("rotating");
  const params = { key: "rotating" };
  const add = () => on.one.client.webhooks.addSecret({ params });
  const [one, two] = await Promise.allSettled([add(), add()]);
  expect([one?.status, two?.status].sort()).toEqual(["fulfilled", "rejected"]);
  await expect(add()).rejects.toMatchObject({ status: 409, code: "WEBHOOK_SECRETS_FULL" });
  const { secrets } = await on.one.client.webhooks.get({ params });
  expect(secrets).toHaveLength(2);
  await on.one.client.webhooks.removeSecret({ params: { ...params, id: secrets[0]?.id ?? "" } });
  await expect(
    on.one.client.webhooks.removeSecret({ params: { ...params, id: secrets[0]?.id ?? "" } }),
  ).rejects.toMatchObject({ status: 404, code: "WEBHOOK_SECRET_NOT_FOUND" });
  expect((await add()).secret).toMatch(/^whsec_/);
});

test("a change goes by revision, and a removed endpoint is gone while its events stay", async () => {
  const path = await endpoint("short-lived");
  const params = { key: "short-lived" };
  const body = { scheme: "stripe" as const, enabled: true, headers: [], description: "changed" };
  await expect(endpoint("short-lived")).rejects.toMatchObject({ status: 409, code: "WEBHOOK_EXISTS" });
  expect(await on.one.client.webhooks.put({ params, body, ifMatch: 1 })).toMatchObject({
    description: "changed",
    revision: 2,
  });
  await expect(on.one.client.webhooks.put({ params, body, ifMatch: 1 })).rejects.toMatchObject({
    status: 412,
    code: "REVISION_MISMATCH",
  });
  const call = '{"id":"evt_1"}';
  expect((await post(path, call, stripeHeaders(oldSecret, call))).status).toBe(202);
  await on.one.client.webhooks.remove({ params });
  expect((await post(path, call, stripeHeaders(oldSecret, call))).status).toBe(404);
  expect(await eventsOf("short-lived")).toHaveLength(1);
  await expect(on.one.client.webhooks.remove({ params })).rejects.toMatchObject({ code: "WEBHOOK_NOT_FOUND" });
});

test("[WHY-02] a call whose payload its event type does not allow stores nothing, and is a decision", async () => {
  const path = await endpoint("typed");
  await on.one.client.eventTypes.put({
    params: { name: "stripe.typed" },
    body: { schema: { type: "object", required: ["amount"] } },
  });
  const call = (body: string): Promise<Answer> => post(path, body, stripeHeaders(oldSecret, body));
  expect(await call('{"id":"e1","type":"stripe.none"}')).toMatchObject({ status: 202 });
  for (const id of ["e2", "e3"])
    expect(await call(`{"id":"${id}","type":"typed"}`)).toMatchObject({
      status: 422,
      body: { code: "PAYLOAD_INVALID" },
    });
  expect(await call('{"id":"e4","type":"typed","amount":1}')).toMatchObject({ status: 202 });
  expect((await eventsOf("typed")).map(({ id }) => id)).toEqual(["e4", "e1"]);
  const { items } = await on.one.client.decisions.list({ query: { outcome: "payload-invalid" } });
  const told = items.filter(({ values }) => JSON.stringify(values).includes('"typed"'));
  expect(told.length).toBeGreaterThanOrEqual(1);
  expect(told.length).toBeLessThanOrEqual(2);
});

test("a suspended tenant's endpoints refuse what is rightly signed, and tell nobody else so", async () => {
  const tenant = await on.makeTenant("Suspended");
  const path = await endpoint("quiet", {}, tenant);
  const platform = on.client("f00dfeed-0123456789-abcdefghij");
  await platform.platform.updateTenant({ params: { id: tenant.id }, body: { suspended: true } });
  const body = '{"id":"evt_1"}';
  expect((await post(path, body, stripeHeaders("wrong", body))).status).toBe(401);
  expect(await post(path, body, stripeHeaders(oldSecret, body))).toMatchObject({
    status: 403,
    body: { code: "TENANT_SUSPENDED" },
  });
  expect(await rowsAbout("quiet")).toBe(0);
});
