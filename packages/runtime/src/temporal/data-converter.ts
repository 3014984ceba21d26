import type { Store } from "@mainspring/store";
import type { DataConverter, PayloadCodec } from "@temporalio/common";
import { EncryptionCodec, type KeyPort } from "../codec/encryption-codec.ts";
import { ReferenceCodec, type BlobPort } from "../codec/payload-codec.ts";
import { ownFile } from "../own-file.ts";
import { storeBlobs } from "./store-blobs.ts";
import { storeKeys } from "./store-keys.ts";

export const payloadConverterPath = ownFile(import.meta.url, "../wire/payload-converter");

/** What leaves for Temporal: sealed under the tenant's key, or in clear. */
export interface WireOptions {
  readonly sealsPayloads?: boolean | undefined;
}

/** One converter and the same codecs for clients, workers and replays. */
export function dataConverter(store: Store, options: WireOptions = {}): DataConverter {
  return converterOf({ blobs: storeBlobs(store), keys: storeKeys(store) }, options);
}

/** Over other places for blobs and keys, such as those of a recorded history. */
export function converterOf(
  parts: { readonly blobs: BlobPort; readonly keys: KeyPort },
  options: WireOptions = {},
): DataConverter {
  return { payloadConverterPath, payloadCodecs: codecsOf(parts, options) };
}

/** In the order in which they encode. */
export function codecsOf(
  { blobs, keys }: { readonly blobs: BlobPort; readonly keys: KeyPort },
  { sealsPayloads = false }: WireOptions = {},
): PayloadCodec[] {
  return [new ReferenceCodec(blobs), new EncryptionCodec(keys, { seals: sealsPayloads })];
}
