import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "../testing/test-server.ts";
import type { TestServer } from "../testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const params = { namespace: "carts", key: "a/1 ü%" };

test("a value is written, read, listed and removed by any key that text can be", async () => {
  const { client } = on.one;
  const put = await client.dataStore.put({ params, body: { value: { items: [1, null] }, ttlMs: 3_600_000 } });
  expect(put).toMatchObject({ ...params, value: { items: [1, null] }, version: 1 });
  expect(await client.dataStore.get({ params })).toEqual(put);
  expect(await client.dataStore.put({ params, body: { value: null } })).toMatchObject({ version: 2, expiresAt: null });
  expect((await client.dataStore.listNamespaces()).items).toEqual([{ namespace: "carts", keys: 1 }]);
  const { items } = await client.dataStore.listKeys({ params: { namespace: "carts" }, query: { prefix: "a/" } });
  expect(items).toMatchObject([{ ...params, version: 2 }]);
  expect(items[0]).not.toHaveProperty("value");
  await client.dataStore.remove({ params });
  for (const gone of [
    () => client.dataStore.get({ params }),
    () => client.dataStore.remove({ params }),
    () => client.dataStore.listKeys({ params: { namespace: "carts" } }),
  ])
    await expect(gone()).rejects.toMatchObject({ status: 404, code: "DATA_NOT_FOUND" });
});

test("a value is written and removed only at the version that was expected, in the body or by If-Match", async () => {
  const { client, keys } = on.one;
  const put = (body: { value: unknown; expectedVersion?: number }) =>
    client.dataStore.put({ params, body: { ...body, value: body.value as null } });
  const conflict = { status: 409, code: "DATA_VERSION_CONFLICT" };
  await put({ value: 1, expectedVersion: 0 });
  await expect(put({ value: 2, expectedVersion: 0 })).rejects.toMatchObject(conflict);
  const address = `${on.url}/api/v1/data-store/carts/${encodeURIComponent(params.key)}`;
  const headers = { authorization: `Bearer ${keys.operator}`, "content-type": "application/json" };
  const raw = (method: string, version: number) =>
    fetch(address, {
      method,
      headers: { ...headers, "if-match": `"${version}"` },
      body: method === "PUT" ? JSON.stringify({ value: 3 }) : null,
    });
  const taken = await raw("PUT", 1);
  expect([taken.status, taken.headers.get("etag")]).toEqual([200, '"2"']);
  expect((await raw("PUT", 1)).status).toBe(409);
  expect((await raw("DELETE", 1)).status).toBe(409);
  expect((await raw("DELETE", 2)).status).toBe(204);
});

test("[DST-04] an expired value is not there for the API either", async () => {
  const { client } = on.one;
  const value = await client.dataStore.put({ params, body: { value: 1, expiresAt: "2001-01-01T00:00:00Z" } });
  expect(value).toMatchObject({ version: 1, expiresAt: "2001-01-01T00:00:00.000Z" });
  await expect(client.dataStore.get({ params })).rejects.toMatchObject({ code: "DATA_NOT_FOUND" });
  expect(await client.dataStore.put({ params, body: { value: 2, expectedVersion: 0 } })).toMatchObject({ version: 1 });
});

test.each([
  ["a value over 256 KiB", { value: "x".repeat(256 * 1024) }, "DATA_VALUE_TOO_LARGE"],
  ["no value", {}, "REQUEST_INVALID"],
  ["both ends", { value: 1, ttlMs: 1, expiresAt: "2031-01-01T00:00:00Z" }, "REQUEST_INVALID"],
  ["an end that is no instant", { value: 1, expiresAt: "tomorrow" }, "REQUEST_INVALID"],
])("%s is refused", async (_, body, code) => {
  await expect(on.one.client.dataStore.put({ params, body: body as { value: null } })).rejects.toMatchObject({
    status: 422,
    code,
  });
});
