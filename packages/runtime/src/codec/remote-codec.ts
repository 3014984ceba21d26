import { MainspringError } from "@mainspring/core";
import type { Payload } from "@temporalio/common";
import { unframe } from "../wire/frame.ts";
import { encodings, metadataBytes, metadataKeys, metadataOf } from "../wire/payloads.ts";

/** A payload in the JSON form of protobuf: bytes as base64. */
export interface JsonPayload {
  readonly metadata?: { readonly [key: string]: string } | undefined;
  readonly data?: string | undefined;
}

/** As it is answered. */
export type WrittenPayload = { metadata?: { [key: string]: string }; data?: string };

/** Temporal's remote codec protocol for one tenant: what its web UI and command line send to be read, and to be sent. */
export interface RemoteCodec {
  /** @throws MainspringError FORBIDDEN for a payload of another tenant, PAYLOAD_NOT_DECODED */
  decode(tenantId: string, payloads: readonly JsonPayload[]): Promise<WrittenPayload[]>;
  /** Payloads without a tenant become this one's. @throws MainspringError FORBIDDEN for a payload of another tenant */
  encode(tenantId: string, payloads: readonly JsonPayload[]): Promise<WrittenPayload[]>;
}

interface Coding {
  encode(payloads: Payload[]): Promise<Payload[]>;
  decode(payloads: Payload[]): Promise<Payload[]>;
}

/** @param codecs in the order in which they encode */
export function remoteCodec(codecs: readonly Coding[]): RemoteCodec {
  return {
    async decode(tenantId, payloads) {
      let decoded = payloads.map(fromJson);
      for (const payload of decoded) refuseOthers(tenantId, payload);
      try {
        for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
      } catch (error) {
        throw new MainspringError(
          "PAYLOAD_NOT_DECODED",
          {},
          error instanceof Error ? `a payload cannot be decoded: ${error.message}` : undefined,
        );
      }
      return decoded.map((payload) => toJson(readable(payload)));
    },
    async encode(tenantId, payloads) {
      let encoded = payloads.map((payload) => ofTenant(tenantId, fromJson(payload)));
      for (const codec of codecs) encoded = await codec.encode(encoded);
      return encoded.map(toJson);
    },
  };
}

function ofTenant(tenantId: string, payload: Payload): Payload {
  refuseOthers(tenantId, payload);
  return { ...payload, metadata: { ...payload.metadata, [metadataKeys.tenant]: metadataBytes(tenantId) } };
}

function refuseOthers(tenantId: string, payload: Payload): void {
  for (const part of [payload, ...partsOf(payload)]) {
    const owner = metadataOf(part, metadataKeys.tenant);
    if (owner !== undefined && owner !== tenantId)
      throw new MainspringError("FORBIDDEN", {}, "a payload is another tenant's");
  }
}

function partsOf(payload: Payload): Payload[] {
  if (metadataOf(payload, metadataKeys.encoding) !== encodings.parts) return [];
  try {
    const parts = unframe(payload.data ?? new Uint8Array(0));
    return parts.flatMap((part) => [part, ...partsOf(part)]);
  } catch {
    throw new MainspringError("PAYLOAD_NOT_DECODED", {}, "a frame of payloads cannot be read");
  }
}

/** As plain JSON, for whoever shows it: with metadata beside the encoding Temporal's command line shows bytes instead. */
function readable(payload: Payload): Payload {
  const encoding = metadataOf(payload, metadataKeys.encoding);
  const json = { [metadataKeys.encoding]: metadataBytes(encodings.json) };
  if (encoding === encodings.json || encoding === encodings.program)
    return { metadata: json, ...(payload.data === undefined ? {} : { data: payload.data }) };
  if (encoding !== encodings.parts) return payload;
  const parts = unframe(payload.data ?? new Uint8Array(0)).map((part) => {
    const { data } = readable(part);
    return data === undefined || data === null || data.length === 0 ? "null" : Buffer.from(data).toString("utf8");
  });
  return { metadata: json, data: Buffer.from(`[${parts.join(",")}]`, "utf8") };
}

function fromJson({ metadata = {}, data }: JsonPayload): Payload {
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, "base64")])),
    ...(data === undefined ? {} : { data: Buffer.from(data, "base64") }),
  };
}

function toJson({ metadata, data }: Payload): WrittenPayload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
    ...(data === undefined || data === null ? {} : { data: Buffer.from(data).toString("base64") }),
  };
}
