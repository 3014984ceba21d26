import { createHash } from "node:crypto";
import type { Payload, PayloadCodec } from "@temporalio/common";
import { frame, unframe } from "../wire/frame.ts";
import { encodings, metadataBytes, metadataKeys, metadataOf } from "../wire/payloads.ts";
import { LruBytes } from "./lru-bytes.ts";

/** Values over this size leave the sandbox as references. */
export const inlineValueMaxBytes = 32 * 1024;
/** Blobs kept in memory by one worker. */
export const keptBlobBytes = 64 * 1024 * 1024;

/** So long a blob that this process has stored is taken for noted as in use; its sweep counts days. */
const storedKnownMs = 6 * 3_600_000;
const storedKnownMax = 20_000;

/** Content-addressed blobs of a tenant; `put` of what is there already notes that it is in use. */
export interface BlobPort {
  put(tenantId: string, bytes: Uint8Array): Promise<string>;
  get(tenantId: string, hash: string): Promise<Uint8Array | undefined>;
}

/**
 * Outside the sandbox: large values and every program go to `blobs`, and 64 bytes into history; on the way in they are resolved
 * through a cache, and the hash is compared.
 * @throws Error when a blob is missing: the workflow task fails visibly and is tried again until the blob is restored
 */
export class ReferenceCodec implements PayloadCodec {
  readonly #blobs: BlobPort;
  readonly #cache = new LruBytes(keptBlobBytes);
  /** When this process stored what, by the process's clock. */
  readonly #storedAtMs = new Map<string, number>();

  constructor(blobs: BlobPort) {
    this.#blobs = blobs;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.some(mayLeave) ? Promise.all(payloads.map((payload) => this.#encoded(payload))) : payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.some(mayBeReferred) ? Promise.all(payloads.map((payload) => this.#decoded(payload))) : payloads;
  }

  async #encoded(payload: Payload): Promise<Payload> {
    const encoding = metadataOf(payload, metadataKeys.encoding);
    if (encoding === encodings.parts) {
      const parts = await this.encode(unframe(payload.data ?? new Uint8Array(0)));
      return { metadata: payload.metadata, data: frame(parts) };
    }
    if (metadataOf(payload, metadataKeys.inline) !== undefined) return payload;
    const data = payload.data;
    if (data === undefined || data === null) return payload;
    if (encoding !== encodings.program && data.length <= inlineValueMaxBytes) return payload;
    const tenantId = metadataOf(payload, metadataKeys.tenant);
    if (tenantId === undefined)
      throw new Error("A value over 32 KiB must name its tenant before it leaves the sandbox");
    const hash = sha256(data);
    const storedAtMs = this.#storedAtMs.get(tenantId + hash);
    if (storedAtMs === undefined || performance.now() - storedAtMs > storedKnownMs) {
      await this.#blobs.put(tenantId, data);
      this.#cache.set(tenantId + hash, data);
      if (this.#storedAtMs.size >= storedKnownMax) this.#storedAtMs.clear();
      this.#storedAtMs.set(tenantId + hash, performance.now());
    }
    return {
      metadata: {
        ...payload.metadata,
        [metadataKeys.encoding]: metadataBytes(encodings.reference),
        [metadataKeys.referred]: metadataBytes(encoding ?? encodings.json),
      },
      data: metadataBytes(hash),
    };
  }

  async #decoded(payload: Payload): Promise<Payload> {
    const encoding = metadataOf(payload, metadataKeys.encoding);
    if (encoding === encodings.parts) {
      const parts = await this.decode(unframe(payload.data ?? new Uint8Array(0)));
      return { metadata: payload.metadata, data: frame(parts) };
    }
    if (encoding !== encodings.reference) return payload;
    const tenantId = metadataOf(payload, metadataKeys.tenant);
    if (tenantId === undefined) throw new Error("A reference without a tenant cannot be resolved");
    const hash = Buffer.from(payload.data ?? []).toString("latin1");
    const data = await this.#blob(tenantId, hash);
    const { [metadataKeys.referred]: referred, ...metadata } = payload.metadata ?? {};
    return { metadata: { ...metadata, [metadataKeys.encoding]: referred ?? metadataBytes(encodings.json) }, data };
  }

  async #blob(tenantId: string, hash: string): Promise<Uint8Array> {
    const kept = this.#cache.get(tenantId + hash);
    if (kept !== undefined) return kept;
    const data = await this.#blobs.get(tenantId, hash);
    if (data === undefined)
      throw new Error(`Blob ${hash} of tenant ${tenantId} is missing: restore it and the run goes on`);
    if (sha256(data) !== hash)
      throw new Error(`Blob ${hash} of tenant ${tenantId} does not have the content of its name: restore it`);
    this.#cache.set(tenantId + hash, data);
    return data;
  }
}

// Most payloads are small plain JSON, and pass without a look at their metadata. Asked by length: no other encoding is as long as `json/plain`.
function mayLeave(payload: Payload): boolean {
  return mayBeReferred(payload) || (payload.data?.length ?? 0) > inlineValueMaxBytes;
}

function mayBeReferred(payload: Payload): boolean {
  return payload.metadata?.[metadataKeys.encoding]?.length !== encodings.json.length;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
