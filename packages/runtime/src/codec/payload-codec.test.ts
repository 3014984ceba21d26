import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Crossing, CrossingParts, CrossingProgram } from "../wire/crossing.ts";
import { payloadConverter } from "../wire/payload-converter.ts";
import { encodings, metadataKeys, metadataOf } from "../wire/payloads.ts";
import { ReferenceCodec } from "./payload-codec.ts";

const tenant = "0190c0de-0000-7000-8000-000000000001";
const large = { text: "ä".repeat(40_000) };
const program = { programHash: "p1", steps: [{ id: "a" }] };

test("a small value travels as plain JSON that a stock client reads", async () => {
  const { codec, blobs } = memoryCodec();
  const [wire] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, { a: 1 }))]);
  expect(metadataOf(wire!, metadataKeys.encoding)).toBe(encodings.json);
  expect(Buffer.from(wire!.data!).toString()).toBe('{"a":1}');
  expect(blobs.size).toBe(0);
});

test("a value over 32 KiB leaves as 64 bytes and comes back unchanged, also for a worker that has nothing cached", async () => {
  const { codec, blobs } = memoryCodec();
  const [wire] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, large))]);
  expect(wire!.data!.length).toBe(64);
  expect([...blobs.keys()]).toEqual([`${tenant}:${Buffer.from(wire!.data!).toString()}`]);
  const [back] = await memoryCodec(blobs).codec.decode([wire!]);
  expect(payloadConverter.fromPayload(back!)).toEqual(large);
});

test("each part of a result becomes a reference of its own", async () => {
  const { codec, blobs } = memoryCodec();
  const parts = new CrossingParts([
    new Crossing(tenant, { head: true }),
    new CrossingProgram(tenant, program),
    new Crossing(tenant, large),
    new Crossing(tenant, undefined),
  ]);
  const [wire] = await codec.encode([payloadConverter.toPayload(parts)]);
  expect(wire!.data!.length).toBeLessThan(1024);
  expect(blobs.size).toBe(2);
  const [back] = await memoryCodec(blobs).codec.decode([wire!]);
  expect(payloadConverter.fromPayload(back!)).toEqual([{ head: true }, program, large, undefined]);
});

test("a program comes out as one frozen object for all runs", async () => {
  const { codec } = memoryCodec();
  const wires = await codec.encode([
    payloadConverter.toPayload(new CrossingProgram(tenant, program)),
    payloadConverter.toPayload(new CrossingProgram(tenant, program)),
  ]);
  const [one, two] = (await codec.decode(wires)).map((payload) =>
    payloadConverter.fromPayload<typeof program>(payload),
  );
  expect(one).toBe(two);
  expect(Object.isFrozen(one!.steps[0])).toBe(true);
});

test("arguments of local activities pass through, whatever their size", async () => {
  const { codec, blobs } = memoryCodec();
  const payload = payloadConverter.toPayload(new Crossing(tenant, large, { inline: true }));
  expect(await codec.encode([payload])).toEqual([payload]);
  expect(blobs.size).toBe(0);
});

test("a large value without a tenant is refused, and a missing or altered blob fails with its name", async () => {
  const { codec, blobs } = memoryCodec();
  await expect(codec.encode([payloadConverter.toPayload(large)])).rejects.toThrow("must name its tenant");
  const [wire] = await codec.encode([payloadConverter.toPayload(new Crossing(tenant, large))]);
  const [name] = [...blobs.keys()];
  blobs.set(name!, new Uint8Array([1]));
  await expect(memoryCodec(blobs).codec.decode([wire!])).rejects.toThrow("does not have the content of its name");
  blobs.clear();
  await expect(memoryCodec(blobs).codec.decode([wire!])).rejects.toThrow("is missing: restore it");
});

function memoryCodec(blobs = new Map<string, Uint8Array>()) {
  const codec = new ReferenceCodec({
    async put(tenantId, bytes) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      blobs.set(`${tenantId}:${hash}`, bytes);
      return hash;
    },
    get: async (tenantId, hash) => blobs.get(`${tenantId}:${hash}`),
  });
  return { codec, blobs };
}
