import type { Payload, PayloadConverter } from "@temporalio/common";
import { decode, encode } from "@temporalio/common/lib/encoding.js";
import { crossingKind, type Crossing, type CrossingParts, type CrossingProgram } from "./crossing.ts";
import { frame, unframe } from "./frame.ts";
import { encodings, metadataBytes, metadataKeys, metadataOf } from "./payloads.ts";
import { sharedProgram } from "./shared-programs.ts";

/**
 * Runs inside and outside the sandbox. What goes out is wrapped in a `Crossing`, which names the tenant; what comes in is the bare value.
 * Small plain values of Temporal's own (an update's id, a stock client's signal) are plain JSON.
 */
class MainspringPayloadConverter implements PayloadConverter {
  toPayload<T>(value: T): Payload {
    if (value === undefined) return { metadata: { [metadataKeys.encoding]: noneBytes } };
    switch (crossingKind(value)) {
      case "value":
        return crossing(value as unknown as Crossing);
      case "program":
        return crossingProgram(value as unknown as CrossingProgram);
      case "parts": {
        const { parts } = value as unknown as CrossingParts;
        return {
          metadata: { [metadataKeys.encoding]: partsBytes },
          data: frame(parts.map((part) => this.toPayload(part))),
        };
      }
      case undefined:
        break;
    }
    return { metadata: { [metadataKeys.encoding]: jsonBytes }, data: encode(stringify(value)) };
  }

  fromPayload<T>(payload: Payload): T {
    return valueOf(payload) as T;
  }
}

function crossing(value: Crossing): Payload {
  const metadata: Record<string, Uint8Array> = {
    [metadataKeys.encoding]: value.value === undefined ? noneBytes : jsonBytes,
    [metadataKeys.tenant]: metadataBytes(value.tenantId),
  };
  if (value.inline) metadata[metadataKeys.inline] = inlineBytes;
  return value.value === undefined ? { metadata } : { metadata, data: encode(stringify(value.value)) };
}

function crossingProgram(value: CrossingProgram): Payload {
  return {
    metadata: {
      [metadataKeys.encoding]: programBytes,
      [metadataKeys.tenant]: metadataBytes(value.tenantId),
      [metadataKeys.programHash]: metadataBytes(value.program.programHash),
    },
    data: encode(stringify(value.program)),
  };
}

function valueOf(payload: Payload): unknown {
  const encoding = metadataOf(payload, metadataKeys.encoding);
  switch (encoding) {
    case encodings.none:
      return undefined;
    case encodings.json:
      return parse(decode(payload.data ?? emptyBytes));
    case encodings.program:
      return sharedProgram(
        metadataOf(payload, metadataKeys.programHash) ?? "",
        () => parse(decode(payload.data ?? emptyBytes)) as object,
      );
    case encodings.parts:
      return unframe(payload.data ?? emptyBytes).map(valueOf);
    default:
      throw new Error(
        `A payload of encoding ${encoding ?? "(none)"} reached the converter: the codec is missing or older than its writer`,
      );
  }
}

// Bound once: in the sandbox every access to a global passes an interceptor.
const stringify = JSON.stringify;
const parse = JSON.parse as (text: string) => unknown;
const emptyBytes = new Uint8Array(0);
const noneBytes = metadataBytes(encodings.none);
const jsonBytes = metadataBytes(encodings.json);
const partsBytes = metadataBytes(encodings.parts);
const programBytes = metadataBytes(encodings.program);
const inlineBytes = metadataBytes("1");

export const payloadConverter: PayloadConverter = new MainspringPayloadConverter();
