import type { IncomingHttpHeaders } from "node:http";
import { MainspringError, storableText } from "@mainspring/core";
import type { DecisionOutcome, Json, JsonObject } from "@mainspring/core";
import { recordAudit } from "@mainspring/store";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { InboundMessage } from "../ports.ts";
import { credentialHeaders } from "../routes/webhooks.ts";
import type { Services } from "../services.ts";
import { textOf } from "./expressions.ts";
import type { CallScope } from "./expressions.ts";
import { findEndpoint } from "./find-endpoint.ts";
import type { FoundEndpoint } from "./find-endpoint.ts";
import { noteRefusal } from "./note-refusal.ts";
import { bodyKind, eventTextMax, nameCall, readCallBody, takenFields } from "./read-call.ts";
import { headerOf } from "./schemes/scheme.ts";
import type { WebhookCall } from "./schemes/scheme.ts";
import { schemes } from "./schemes/schemes.ts";
import { outputWithin, startDirectly } from "./start-directly.ts";

/** Of a call's body as it comes. */
export const rawBodyMaxBytes = 1024 * 1024;
const correlationKeyMax = 1_000;
/** Of rightly signed calls: what kept them from being events. */
const refusalsToTell: { readonly [code: string]: DecisionOutcome } = {
  BACKLOG_FULL: "over-limit",
  PAYLOAD_INVALID: "payload-invalid",
};

/**
 * `POST /hooks/<tenant>/<endpoint>`: outside of the contract, since what comes there is others' to shape. Its bodies are kept as bytes, for
 * signatures are over them.
 */
export function registerHooks(services: Services): (app: FastifyInstance) => void {
  return (app) => {
    const found = new WeakMap<FastifyRequest, FoundEndpoint>();
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: rawBodyMaxBytes }, (_request, body, done) =>
        done(null, body),
      );
      scope.post<{ Params: { tenantId: string; key: string } }>(
        "/hooks/:tenantId/:key",
        {
          bodyLimit: rawBodyMaxBytes,
          // Before anything of the body is read: nobody sends a mebibyte to an address that is none.
          onRequest: async (request) => {
            const { tenantId, key } = request.params;
            found.set(request, await findEndpoint(services.store, tenantId, key));
          },
        },
        async (request, reply) => {
          const at = found.get(request);
          if (at === undefined) throw new TypeError("a call reached its handler without an endpoint");
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const call = { headers: request.headers, body, nowMs: Date.now() };
          return answer(services, at, call, { url: request.url, reply });
        },
      );
    });
  };
}

async function answer(
  services: Services,
  at: FoundEndpoint,
  call: WebhookCall,
  { url, reply }: { readonly url: string; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const { metrics } = services;
  const { endpoint, secrets } = at;
  const scheme = schemes[endpoint.scheme];
  const kind = bodyKind(call.headers, call.body);
  if (kind === undefined) throw new MainspringError("MEDIA_TYPE_UNSUPPORTED", {}, "a webhook's body is JSON or a form");
  const refusal = scheme.verify(call, secrets);
  if (refusal !== undefined) {
    metrics.webhookCall("unauthorised", refusal);
    await noteRefusal(services.store, at, { outcome: "unauthorised", reason: refusal, nowMs: call.nowMs });
    // One answer, whatever the reason.
    throw new MainspringError("WEBHOOK_UNAUTHORISED", {}, "the call's signature was not accepted");
  }
  if (at.isSuspended) {
    metrics.webhookCall("refused", "TENANT_SUSPENDED");
    await noteRefusal(services.store, at, {
      outcome: "tenant-suspended",
      reason: "TENANT_SUSPENDED",
      nowMs: call.nowMs,
    });
    throw new MainspringError("TENANT_SUSPENDED");
  }
  try {
    const taken = readCallBody(scheme, kind, call.body);
    const atOnce = scheme.answer?.(call.headers, taken.value);
    if (atOnce !== undefined) {
      metrics.webhookCall("answered", "");
      return await reply.code(200).send(atOnce);
    }
    const message = messageOf(at, call, taken, url);
    const receipt = await accept(services, at, message);
    metrics.webhookCall(receipt.duplicate ? "duplicate" : "accepted", "");
    return await answerAccepted(services, at, receipt, reply);
  } catch (error) {
    if (error instanceof MainspringError) {
      metrics.webhookCall("refused", error.code);
      const outcome = refusalsToTell[error.code];
      if (outcome !== undefined)
        await noteRefusal(services.store, at, { outcome, reason: error.code, nowMs: call.nowMs });
    }
    throw error;
  }
}

/** The event that a call is, with what of it could not be kept as it came. */
export function messageOf(
  { endpoint }: FoundEndpoint,
  call: WebhookCall,
  taken: { readonly value: Json; readonly adjusted: readonly string[] },
  url: string,
): InboundMessage {
  const scheme = schemes[endpoint.scheme];
  const named = nameCall(scheme, endpoint.key, call, taken.value);
  const question = url.indexOf("?");
  const scope: CallScope = {
    headers: textHeaders(call.headers, (name) => !credentialHeaders.has(name)),
    query: takenFields(new URLSearchParams(question < 0 ? "" : url.slice(question + 1))).value as JsonObject,
    body: taken.value,
  };
  const now = new Date(call.nowMs).toISOString();
  const name = textOf(endpoint.eventName, scope, { now, maxLength: eventTextMax });
  const correlationKey = textOf(endpoint.correlationKey, scope, { now, maxLength: correlationKeyMax });
  const listed = endpoint.headers.length > 0;
  const adjusted = [
    ...taken.adjusted.map((note) => (listed ? `/body${note}` : note)),
    ...(name.problem === undefined ? [] : [`eventName ${name.problem}`]),
    ...(correlationKey.problem === undefined ? [] : [`correlationKey ${correlationKey.problem}`]),
  ];
  return {
    source: endpoint.key,
    id: storableText(named.id),
    name: storableText((name.problem === undefined ? name.text : undefined) ?? named.name),
    payload: listed
      ? { headers: textHeaders(call.headers, (one) => endpoint.headers.includes(one)), body: taken.value }
      : taken.value,
    ...(correlationKey.problem === undefined && correlationKey.text !== undefined
      ? { correlationKey: correlationKey.text }
      : {}),
    ...(adjusted.length === 0 ? {} : { adjusted }),
  };
}

function textHeaders(headers: IncomingHttpHeaders, isTaken: (name: string) => boolean): JsonObject {
  const texts: JsonObject = {};
  for (const name of Object.keys(headers)) {
    const value = headerOf(headers, name);
    if (value !== undefined && isTaken(name)) texts[name] = storableText(value);
  }
  return texts;
}

interface Receipt {
  readonly eventId: string;
  readonly duplicate: boolean;
}

/** @throws MainspringError PAYLOAD_TOO_LARGE, PAYLOAD_INVALID .. */
async function accept(
  { store, acceptance }: Services,
  { tenantId, endpoint }: FoundEndpoint,
  message: InboundMessage,
): Promise<Receipt> {
  return store.tenant(tenantId, async (db) => {
    const accepted = await acceptance.acceptTogether(db, [message]);
    const [receipt] = "receipts" in accepted ? accepted.receipts : [];
    if (receipt?.duplicate === false) return receipt;
    const problem = "problem" in accepted ? accepted.problem : undefined;
    const eventId = receipt?.eventId ?? problem?.eventId;
    if (eventId === undefined || (problem !== undefined && problem.code !== "EVENT_CONFLICT"))
      throw new MainspringError(
        problem?.code ?? "INTERNAL",
        { issues: (problem?.issues ?? []) as unknown as Json },
        problem?.message,
      );
    // The sender's id decides, whatever else it sends with it the second time.
    await recordAudit(db, {
      actor: `webhook:${endpoint.key}`,
      action: "event.duplicate",
      subject: `event:${eventId}`,
      details: { id: message.id, sameContent: problem === undefined },
    });
    return { eventId, duplicate: true };
  });
}

async function answerAccepted(
  services: Services,
  { tenantId, endpoint }: FoundEndpoint,
  receipt: Receipt,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const status = receipt.duplicate ? 200 : 202;
  const { workflow, replyWaitMs } = endpoint;
  if (workflow === null) return reply.code(status).send(receipt);
  const started = await startDirectly(services, tenantId, { ...endpoint, workflow }, receipt.eventId);
  if (replyWaitMs === null || receipt.duplicate || "notStarted" in started)
    return reply.code(status).send({ ...receipt, ...started });
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const ended = await outputWithin(
    services,
    { tenantId, runId: started.runId },
    { timeoutMs: replyWaitMs, signal: AbortSignal.any([gone.signal, services.shutdown]) },
  );
  return "output" in ended
    ? reply.code(200).type("application/json; charset=utf-8").send(JSON.stringify(ended.output))
    : reply.code(202).send({ ...receipt, runId: started.runId, status: ended.status });
}
