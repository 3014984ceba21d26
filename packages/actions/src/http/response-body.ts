import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ActionFailure } from "../failure.ts";

/** What happens to a body beyond so many bytes: the call fails, or the rest is left unread. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly over: "fail" | "cut";
}

/** @throws ActionFailure HTTP_RESPONSE_TOO_LARGE */
export async function readBody(
  stream: Readable,
  headers: Readonly<Record<string, string>>,
  limit: BodyLimit,
): Promise<{ body: Uint8Array; cut: boolean }> {
  const decoded = decompressed(stream, headers["content-encoding"]);
  // Leaving the loop early destroys the stream, which then reports the abort as an error that nobody waits for.
  stream.on("error", () => undefined);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit.maxBytes) {
        if (limit.over === "fail") throw tooLarge(limit.maxBytes);
        chunks.push(chunk.subarray(0, chunk.length - (bytes - limit.maxBytes)));
        return { body: Buffer.concat(chunks), cut: true };
      }
      chunks.push(chunk);
    }
    return { body: Buffer.concat(chunks), cut: false };
  } finally {
    stream.destroy();
  }
}

// We ask for no compression, but some servers compress all the same.
function decompressed(stream: Readable, encoding: string | undefined): Readable {
  const decoder = decoderOf(encoding);
  if (decoder === undefined) return stream;
  stream.on("error", (error) => decoder.destroy(error));
  return stream.pipe(decoder);
}

function decoderOf(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

function tooLarge(maxBytes: number): ActionFailure {
  return new ActionFailure({
    category: "ActionError",
    code: "HTTP_RESPONSE_TOO_LARGE",
    message: `the response is larger than ${maxBytes} bytes`,
    details: { maxBytes },
  });
}
