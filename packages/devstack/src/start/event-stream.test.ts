import { expect, test } from "vitest";
import { readEventStream } from "./event-stream.ts";

test("events are read whole wherever the network cut them", async () => {
  const text =
    ': heartbeat\n\nevent: entry\nid: 7\ndata: {"a":"ü"}\n\nevent: entry\r\nid: 8\r\ndata: one\r\ndata: two\r\n\r\nevent: end\ndata:\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const events = [];
    for await (const event of readEventStream(inPieces(bytes, size))) events.push(event);
    expect(events, `pieces of ${size} bytes`).toEqual([
      { event: "entry", id: "7", data: '{"a":"ü"}' },
      { event: "entry", id: "8", data: "one\ntwo" },
      { event: "end", id: undefined, data: "" },
    ]);
  }
});

function inPieces(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}
