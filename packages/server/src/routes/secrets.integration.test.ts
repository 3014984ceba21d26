import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "../testing/test-server.ts";
import type { TestServer } from "../testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

async function tenantRows(): Promise<string> {
  const rows = await asOwner(
    on.database,
    "select s::text as row from secrets s union all select a::text from audit_log a union all select k::text from tenant_keys k",
  );
  return JSON.stringify(rows);
}

test("[SEC-03] a secret is written and never read: no reply, no row and no audit entry has its value", async () => {
  const { client, keys } = on.one;
  const value = "tip-top-secret-value";
  const set = (text: string) => client.secrets.set({ params: { name: "crm.token" }, body: { value: text } });
  const replies = [await set("an earlier value"), await set(value), await client.secrets.list()];
  expect(replies[1]).toMatchObject({ name: "crm.token", version: 2 });
  expect(replies[2]).toMatchObject({ items: [{ name: "crm.token", version: 2 }], nextCursor: null });
  const read = await fetch(`${on.url}/api/v1/secrets/crm.token`, {
    headers: { authorization: `Bearer ${keys.admin}` },
  });
  expect(read.status).toBe(405);
  const everything = JSON.stringify(replies) + (await read.text()) + (await tenantRows());
  expect(everything).toContain("secret.set");
  for (const form of [value, Buffer.from(value).toString("hex"), Buffer.from(value).toString("base64")])
    expect(everything).not.toContain(form);

  expect((await on.other.client.secrets.list()).items).toEqual([]);
  await client.secrets.remove({ params: { name: "crm.token" } });
  await expect(client.secrets.remove({ params: { name: "crm.token" } })).rejects.toMatchObject({
    status: 404,
    code: "SECRET_NOT_FOUND",
  });
  expect(await tenantRows()).toContain("secret.delete");
});

test.each([
  ["a value of seven characters", "ok", { value: "1234567" }, 422, "/value"],
  ["a value that is no text", "ok", { value: 12345678 }, 422, "/value"],
  ["a value that cannot be stored", "ok", { value: "12345678\u0000" }, 422, "/value"],
  ["no value", "ok", {}, 422, "/value"],
  ["a name that no secret can have", "Bad%20Name!", { value: "12345678" }, 422, "/name"],
  ["a name that cannot be stored", "a%00b", { value: "12345678" }, 422, "/name"],
  ["a member that does not exist", "ok", { value: "12345678", version: 1 }, 422, "/version"],
])("[CAS-01] %s is refused with its place, and the value is not repeated", async (_, name, body, status, pointer) => {
  const reply = await fetch(`${on.url}/api/v1/secrets/${name}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${on.one.keys.admin}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  expect(reply.status, text).toBe(status);
  expect((JSON.parse(text) as { issues: unknown[] }).issues).toMatchObject([{ pointer }]);
  expect(text).not.toContain("1234567");
});

test("[SEC-03] publishing a definition that names a secret which is not there is an error at its place, until it is set", async () => {
  const { client } = on.one;
  const definition = smallDefinition("needs-secret", {
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "http.request@1",
        input: { method: "GET", url: "https://example.com", headers: { authorization: { $secret: "not.yet" } } },
      },
    ],
  });
  await client.workflows.create({ body: { definition } });
  await expect(client.workflows.publish({ params: { key: "needs-secret" } })).rejects.toMatchObject({
    status: 422,
    issues: [{ code: "SECRET_NOT_FOUND", severity: "error", pointer: "/steps/0/input/headers/authorization" }],
  });
  await client.secrets.set({ params: { name: "not.yet" }, body: { value: "now it is there" } });
  expect(await client.workflows.publish({ params: { key: "needs-secret" } })).toMatchObject({ version: 1 });
});

test("[SEC-03] a new key of the tenant is made, and what the old one sealed still reads through the codec", async () => {
  const { client } = on.one;
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const payload = { metadata: { encoding: base64("json/plain") }, data: base64('{"customer":"Ada"}') };
  const sealed = await client.codec.encode({ body: { payloads: [payload] } });
  expect(JSON.stringify(sealed)).not.toContain(payload.data);
  const { keyVersion } = await client.secrets.rotateKey();
  expect(keyVersion).toBeGreaterThan(1);
  const young = await client.codec.encode({ body: { payloads: [payload] } });
  expect(young.payloads[0]?.metadata?.["mainspring-key"]).toBe(base64(String(keyVersion)));
  const both = { payloads: [...sealed.payloads, ...young.payloads] };
  const read = await client.codec.decode({ body: both });
  expect(read.payloads.map(({ data }) => data)).toEqual([payload.data, payload.data]);
  await expect(on.other.client.codec.decode({ body: both })).rejects.toMatchObject({ status: 403, code: "FORBIDDEN" });
  const broken = { payloads: [{ ...sealed.payloads[0], data: base64("nothing that was sealed here") }] };
  await expect(client.codec.decode({ body: broken })).rejects.toMatchObject({
    status: 422,
    code: "PAYLOAD_NOT_DECODED",
  });
});
