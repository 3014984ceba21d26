import type { Store } from "@mainspring/store";
import { remoteCodec, type RemoteCodec } from "../codec/remote-codec.ts";
import { codecsOf, type WireOptions } from "./data-converter.ts";
import { storeBlobs } from "./store-blobs.ts";
import { storeKeys } from "./store-keys.ts";

/** Reads and writes payloads as the engine does, for whoever may see a tenant's. */
export function createRemoteCodec(store: Store, options: WireOptions): RemoteCodec {
  return remoteCodec(codecsOf({ blobs: storeBlobs(store), keys: storeKeys(store) }, options));
}
