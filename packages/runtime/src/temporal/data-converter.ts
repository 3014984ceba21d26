import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import { ReferenceCodec, type BlobPort } from "../codec/payload-codec.ts";

export const payloadConverterPath = fileURLToPath(new URL("../wire/payload-converter.ts", import.meta.url));

/** One converter and one codec for clients, workers and replays. */
export function dataConverter(blobs: BlobPort): DataConverter {
  return { payloadConverterPath, payloadCodecs: [new ReferenceCodec(blobs)] };
}
