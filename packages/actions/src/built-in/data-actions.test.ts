import { expect, test } from "vitest";
import { subsetSchema } from "../json-schema.ts";
import { memoryData } from "../testing/memory-data.ts";
import { failureOf, performCall } from "../testing/perform-call.ts";
import { schemaIssues } from "../testing/schema-issues.ts";
import { dataDelete } from "./data-delete.ts";
import { dataGet } from "./data-get.ts";
import { dataPut } from "./data-put.ts";

const place = { namespace: "carts", key: "a-1" };

test("data.put@1 writes, data.get@1 reads, data.delete@1 removes, each with an output that fits its schema", async () => {
  const store = memoryData();
  const call = async (action: typeof dataGet | typeof dataPut | typeof dataDelete, key: string, input: object) => {
    const { output } = await performCall(action as typeof dataGet, input, { key, data: store.bound(key) });
    expect(schemaIssues(subsetSchema(action.output, "output"), output)).toEqual([]);
    return output;
  };
  expect(await call(dataGet, "1", place)).toEqual({ found: false, value: null, version: 0, expiresAt: null });
  expect(await call(dataPut, "2", { ...place, value: { n: 1 } })).toEqual({ version: 1, expiresAt: null });
  expect(await call(dataPut, "3", { ...place, value: 2, expectedVersion: 1 })).toEqual({ version: 2, expiresAt: null });
  expect(await call(dataGet, "4", place)).toEqual({ found: true, value: 2, version: 2, expiresAt: null });
  expect(await call(dataGet, "5", { key: "a-1" })).toMatchObject({ found: false });
  expect(await call(dataPut, "6", { key: "a-1" })).toMatchObject({ version: 1 });
  expect(await call(dataGet, "7", { key: "a-1", namespace: "default" })).toMatchObject({ found: true, value: null });
  expect(await call(dataDelete, "8", place)).toEqual({ deleted: true });
  expect(await call(dataDelete, "9", place)).toEqual({ deleted: false });
});

test("a key at another version than was expected is DATA_VERSION_CONFLICT with the version that it has", async () => {
  const data = memoryData().bound("k");
  const conflict = { category: "ActionError", code: "DATA_VERSION_CONFLICT" };
  expect(await failureOf(performCall(dataPut, { ...place, value: 1, expectedVersion: 3 }, { data }))).toMatchObject({
    ...conflict,
    details: { ...place, expectedVersion: 3, version: 0 },
  });
  await performCall(dataPut, { ...place, value: 1 }, { data });
  expect(await failureOf(performCall(dataDelete, { ...place, expectedVersion: 3 }, { data }))).toMatchObject({
    ...conflict,
    details: { version: 1 },
  });
});

test("a value over 256 KiB is DATA_VALUE_TOO_LARGE, and one of 256 KiB is kept", async () => {
  const data = memoryData().bound("k");
  const text = "x".repeat(256 * 1024 - 2);
  expect((await performCall(dataPut, { ...place, value: text }, { data })).output).toMatchObject({ version: 1 });
  expect(await failureOf(performCall(dataPut, { ...place, value: `${text}x` }, { data }))).toMatchObject({
    code: "DATA_VALUE_TOO_LARGE",
    details: { bytes: 256 * 1024 + 1 },
  });
});

test.each([
  [dataGet, {}, "/key"],
  [dataGet, { key: "" }, "/key"],
  [dataGet, { key: "a", namespace: "a b" }, "/namespace"],
  [dataPut, { key: "a", value: 1, ttlMs: 0 }, "/ttlMs"],
  [dataPut, { key: "a", value: 1, ttlMs: 1, expiresAt: "2031-01-01T00:00:00Z" }, "/expiresAt"],
  [dataPut, { key: "a", value: 1, expiresAt: "tomorrow" }, "/expiresAt"],
  [dataPut, { key: "a", value: 1, expectedVersion: -1 }, "/expectedVersion"],
  [dataDelete, { key: "a", version: 1 }, "/version"],
])("$id refuses an input that does not fit, and names the place", async (action, input, pointer) => {
  const failure = await failureOf(performCall(action as typeof dataGet, input, { data: memoryData().bound("k") }));
  expect(failure).toMatchObject({ code: "ACTION_INPUT_INVALID", details: { issues: [{ pointer }] } });
});

test("without a data store a call fails and says so", async () => {
  expect(await failureOf(performCall(dataGet, place))).toMatchObject({
    code: "ACTION_FAILED",
    message: expect.stringContaining("no data store") as string,
  });
});
