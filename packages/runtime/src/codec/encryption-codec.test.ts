import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Crossing, CrossingParts, CrossingProgram } from "../wire/crossing.ts";
import { payloadConverter } from "../wire/payload-converter.ts";
import { encodings, metadataKeys, metadataOf } from "../wire/payloads.ts";
import { EncryptionCodec, type KeyPort } from "./encryption-codec.ts";
import { ReferenceCodec } from "./payload-codec.ts";
import { remoteCodec, type JsonPayload } from "./remote-codec.ts";

const tenant = "0190c0de-0000-7000-8000-000000000001";
const other = "0190c0de-0000-7000-8000-000000000002";
const program = { programHash: "hash-of-the-program", steps: [{ id: "a" }] };

function memoryKeys(): KeyPort & { rotate(): void } {
  const keys = new Map<string, Uint8Array>();
  let version = 1;
  const keyOf = (tenantId: string, one: number): Uint8Array => {
    const name = `${tenantId}:${one}`;
    if (one > version) throw new Error("no such key");
    if (!keys.has(name)) keys.set(name, randomBytes(32));
    return keys.get(name) as Uint8Array;
  };
  return {
    newest: async (tenantId) => ({ version, key: keyOf(tenantId, version) }),
    version: async (tenantId, one) => ({ key: keyOf(tenantId, one) }),
    rotate: () => void version++,
  };
}

test("[SEC-03] a sealed payload shows its tenant and key version alone, comes back unchanged, and looks different each time", async () => {
  const codec = new EncryptionCodec(memoryKeys(), { seals: true });
  const payload = payloadConverter.toPayload(new Crossing(tenant, { card: "card-4711" }));
  const [wire, again] = await codec.encode([payload, payload]);
  expect(Object.keys(wire?.metadata ?? {}).sort()).toEqual(["encoding", "mainspring-key", "mainspring-tenant"]);
  expect(metadataOf(wire!, metadataKeys.encoding)).toBe(encodings.sealed);
  expect(Buffer.from(wire!.data!).includes("card-4711")).toBe(false);
  expect(Buffer.from(wire!.data!).equals(Buffer.from(again!.data!))).toBe(false);
  const [back] = await codec.decode([wire!]);
  expect(payloadConverter.fromPayload(back!)).toEqual({ card: "card-4711" });
});

test("[SEC-03] one byte that was altered, another tenant's name or another key version on it opens nothing", async () => {
  const codec = new EncryptionCodec(memoryKeys(), { seals: true });
  const [wire] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, { a: 1 }))]);
  const altered = Buffer.from(wire!.data!);
  altered[20] = (altered[20] as number) ^ 1;
  await expect(codec.decode([{ ...wire!, data: altered }])).rejects.toThrow(/authenticate/);
  const named = { ...wire!.metadata, [metadataKeys.tenant]: Buffer.from(other) };
  await expect(codec.decode([{ ...wire!, metadata: named }])).rejects.toThrow(/authenticate/);
  const versioned = { ...wire!.metadata, [metadataKeys.keyVersion]: Buffer.from("9") };
  await expect(codec.decode([{ ...wire!, metadata: versioned }])).rejects.toThrow("no such key");
});

test("[SEC-03] a payload opens under its own tenant's name and key version alone, even where the keys are the same", async () => {
  const key = randomBytes(32);
  const codec = new EncryptionCodec(
    { newest: async () => ({ version: 1, key }), version: async () => ({ key }) },
    { seals: true },
  );
  const [wire] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, { a: 1 }))]);
  const changes = [
    [metadataKeys.tenant, other],
    [metadataKeys.keyVersion, "2"],
  ] as const;
  for (const [name, text] of changes) {
    const metadata = { ...wire!.metadata, [name]: Buffer.from(text) };
    await expect(codec.decode([{ ...wire!, metadata }])).rejects.toThrow(/authenticate/);
  }
});

test("[SEC-03] old keys open what they sealed after a rotation, and what was never sealed passes", async () => {
  const keys = memoryKeys();
  const codec = new EncryptionCodec(keys, { seals: true });
  const plain = payloadConverter.toPayload(new Crossing(tenant, "before encryption was on"));
  const [old] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, "old"))]);
  keys.rotate();
  const [young] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, "young"))]);
  expect(metadataOf(young!, metadataKeys.keyVersion)).toBe("2");
  const back = await new EncryptionCodec(keys, { seals: false }).decode([plain, old!, young!]);
  expect(back.map((payload) => payloadConverter.fromPayload(payload))).toEqual([
    "before encryption was on",
    "old",
    "young",
  ]);
});

test("[SEC-03] each part of a result, every reference and every program is sealed; arguments of local activities pass", async () => {
  const keys = memoryKeys();
  const blobs = new Map<string, Uint8Array>();
  const references = new ReferenceCodec({
    put: async (_, bytes) => {
      const hash = String(blobs.size).padStart(64, "0");
      blobs.set(hash, bytes);
      return hash;
    },
    get: async (_, hash) => blobs.get(hash),
  });
  const codec = new EncryptionCodec(keys, { seals: true });
  const parts = new CrossingParts([
    new Crossing(tenant, { head: "plain-text-part" }),
    new CrossingProgram(tenant, program),
    new Crossing(tenant, { text: "ä".repeat(40_000) }),
    new Crossing(tenant, undefined),
  ]);
  const [wire] = await codec.encode(await references.encode([payloadConverter.toPayload(parts)]));
  const text = Buffer.from(wire!.data!).toString("latin1");
  for (const piece of ["plain-text-part", "mainspring/reference", "mainspring-program", "hash-of-the-program"])
    expect(text).not.toContain(piece);
  const [back] = await references.decode(await codec.decode([wire!]));
  expect(payloadConverter.fromPayload(back!)).toEqual([
    { head: "plain-text-part" },
    program,
    { text: "ä".repeat(40_000) },
    undefined,
  ]);
  const inline = payloadConverter.toPayload(new Crossing(tenant, { a: 1 }, { inline: true }));
  expect(await codec.encode([inline])).toEqual([inline]);
});

function remote() {
  const blobs = new Map<string, Uint8Array>();
  const keys = memoryKeys();
  const codecs = [
    new ReferenceCodec({
      put: async (tenantId, bytes) => {
        const hash = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(bytes))).toString("hex");
        blobs.set(tenantId + hash, bytes);
        return hash;
      },
      get: async (tenantId, hash) => blobs.get(tenantId + hash),
    }),
    new EncryptionCodec(keys, { seals: true }),
  ];
  return { codec: remoteCodec(codecs), codecs, keys };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const textOf = (payload: JsonPayload | undefined): string => Buffer.from(payload?.data ?? "", "base64").toString();

test("[SEC-03] the remote codec reads what was sealed, with its references and parts, as plain JSON", async () => {
  const { codec, codecs } = remote();
  let wires = [
    payloadConverter.toPayload(new Crossing(tenant, { a: 1 })),
    payloadConverter.toPayload(new CrossingProgram(tenant, program)),
    payloadConverter.toPayload(
      new CrossingParts([
        new Crossing(tenant, "x".repeat(40_000)),
        new Crossing(tenant, undefined),
        new CrossingProgram(tenant, program),
      ]),
    ),
    payloadConverter.toPayload(undefined),
  ];
  for (const one of codecs) wires = await one.encode(wires);
  const asJson = wires.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
    ...(data ? { data: Buffer.from(data).toString("base64") } : {}),
  }));
  const read = await codec.decode(tenant, asJson);
  expect(read.slice(0, 3).map((payload) => payload.metadata?.["encoding"])).toEqual(
    Array(3).fill(base64("json/plain")),
  );
  expect(read.slice(0, 3).map((payload) => JSON.parse(textOf(payload)) as unknown)).toEqual([
    { a: 1 },
    program,
    ["x".repeat(40_000), null, program],
  ]);
  expect(read[3]).toEqual({ metadata: { encoding: base64("binary/null") } });
  for (const payload of asJson.slice(0, 3))
    await expect(codec.decode(other, [payload])).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("[SEC-03] the remote codec seals for the tenant that asks, and what it sealed reads back", async () => {
  const { codec } = remote();
  const payload = { metadata: { encoding: base64("json/plain") }, data: base64('{"a":1}') };
  const [sealed] = await codec.encode(tenant, [payload]);
  expect(sealed?.metadata).toMatchObject({ encoding: base64("binary/encrypted"), "mainspring-tenant": base64(tenant) });
  expect(textOf((await codec.decode(tenant, [sealed!]))[0])).toBe('{"a":1}');
  await expect(codec.encode(other, [sealed!])).rejects.toMatchObject({ code: "FORBIDDEN" });
  const foreign = { ...payload, metadata: { ...payload.metadata, "mainspring-tenant": base64(other) } };
  await expect(codec.encode(tenant, [foreign])).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test.each([
  [
    "sealed bytes that are none",
    { encoding: base64("binary/encrypted"), "mainspring-tenant": base64(tenant), "mainspring-key": base64("1") },
    base64("x"),
  ],
  [
    "a sealed payload without a key",
    { encoding: base64("binary/encrypted"), "mainspring-tenant": base64(tenant) },
    base64("x"),
  ],
  [
    "a reference to nothing",
    { encoding: base64("mainspring/reference"), "mainspring-tenant": base64(tenant) },
    base64("0".repeat(64)),
  ],
])("%s is PAYLOAD_NOT_DECODED", async (_, metadata, data) => {
  await expect(remote().codec.decode(tenant, [{ metadata, data }])).rejects.toMatchObject({
    code: "PAYLOAD_NOT_DECODED",
    status: 422,
  });
});

test("a frame that claims more than it has ends in an error, not in the memory of the server", async () => {
  const claims = Buffer.from("ffffffff", "hex").toString("base64");
  const frame = { metadata: { encoding: base64("mainspring/parts") }, data: claims };
  await expect(remote().codec.decode(tenant, [frame])).rejects.toMatchObject({ code: "PAYLOAD_NOT_DECODED" });
});
