import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { apiOf } from "./api.ts";
import type { Published } from "./examples.ts";
import { followExample } from "./follow-run.ts";

const at = "2031-01-01T00:00:00.000Z";
const place = { stepPath: "/steps/0", iteration: [], execution: 1 };
const published: Published = { example: { name: "order", source: "", start: undefined }, key: "order", version: 1 };

test("steps are printed as the stream brings them, and the event that the run waits for is sent", async () => {
  const sent: unknown[] = [];
  const api = await serverThat((request, reply, body) => {
    if (request.url?.endsWith("/events")) {
      sent.push(body);
      return json(reply, 202, { eventId: "e", duplicate: false });
    }
    if (!request.url?.endsWith("/stream")) return undefined;
    reply.write(entry({ seq: 1, kind: "step", status: "RUNNING", stepId: "charge", data: { type: "action.call" } }));
    reply.write(
      entry({
        seq: 2,
        kind: "step",
        status: "FAILED",
        stepId: "charge",
        data: { attempt: 2, error: { code: "HTTP_503", message: "busy" } },
      }),
    );
    reply.write(
      entry({
        seq: 3,
        kind: "wait",
        status: "WAITING",
        stepId: "paid",
        waitId: "c2",
        waitType: "event",
        data: { event: "order.paid", key: "o-1" },
      }),
    );
    reply.end(`${entry({ seq: 4, kind: "run", status: "SUCCEEDED" })}event: end\ndata: {}\n\n`);
    return undefined;
  });
  const said: string[] = [];
  const events = [{ name: "other" }, { name: "order.paid", payload: { by: "card" } }];
  const result = await followExample(api, published, { payload: {}, events }, (line) => said.push(line));
  expect(result).toEqual({ runId: "r1", status: "SUCCEEDED", error: undefined });
  expect(sent).toEqual([
    { name: "order.paid", payload: { by: "card" }, correlationKey: "o-1", id: "r1:c2", source: "npm-start" },
  ]);
  expect(said.map((line) => line.replace(/\s+/g, " ").trim())).toEqual([
    "run r1",
    "· charge action.call",
    "✗ charge (attempt 2) HTTP_503: busy",
    "… paid waits for order.paid (o-1)",
    "→ POST /events order.paid",
    "✓ run SUCCEEDED",
  ]);
});

test("a stream that breaks is taken up again after the last entry seen", async () => {
  const resumedAfter: (string | undefined)[] = [];
  let breaks = (): void => undefined;
  const api = await serverThat((request, reply) => {
    if (!request.url?.endsWith("/stream")) return undefined;
    resumedAfter.push(request.headers["last-event-id"] as string | undefined);
    if (resumedAfter.length === 1) {
      reply.write(entry({ seq: 5, kind: "run", status: "RUNNING" }));
      breaks = () => void reply.destroy();
    } else {
      reply.end(`${entry({ seq: 6, kind: "run", status: "SUCCEEDED" })}event: end\ndata: {}\n\n`);
    }
    return undefined;
  });
  const said: string[] = [];
  await followExample(api, published, { payload: {}, events: [] }, (line) => {
    said.push(line);
    // What was received and not read yet would be lost with the connection.
    if (line.includes("RUNNING")) breaks();
  });
  expect(resumedAfter).toEqual(["0", "5"]);
  expect(said.filter((line) => line.includes("run  "))).toHaveLength(2);
});

test("when nothing comes we say that no worker answers, once, and then give up", async () => {
  const api = await serverThat((request, reply) => {
    if (request.url?.endsWith("/stream")) reply.write(": open\n\n");
    return undefined;
  });
  const said: string[] = [];
  const patience = { remarkMs: 300, giveUpMs: 1_200 };
  const result = await followExample(api, published, { payload: {}, events: [] }, (line) => said.push(line), patience);
  expect(result.status).toBe("NO_ANSWER");
  expect(said.map((line) => line.trim().split(":")[0])).toEqual([
    "run r1",
    "No worker answers",
    "Nothing was heard of the run for 1.2 s",
  ]);
});

function entry(fields: { seq: number } & Record<string, unknown>): string {
  return `event: entry\nid: ${fields.seq}\ndata: ${JSON.stringify({ at, ...place, ...fields })}\n\n`;
}

type Answer = (request: IncomingMessage, reply: ServerResponse, body: unknown) => unknown;

/** Run r1 of any workflow; it has SUCCEEDED whenever it is read. `answer` sees every request before that. */
async function serverThat(answer: Answer) {
  const server = createServer((request, reply) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      answer(request, reply, text === "" ? undefined : JSON.parse(text));
      if (request.url === "/api/v1/workflows/order/runs") json(reply, 202, { runId: "r1", status: "RUNNING" });
      if (request.url === "/api/v1/runs/r1") json(reply, 200, { id: "r1", status: "SUCCEEDED", error: null });
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return apiOf(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, "key");
}

function json(reply: ServerResponse, status: number, body: unknown): void {
  reply.writeHead(status, { "content-type": "application/json" });
  reply.end(JSON.stringify(body));
}
