import {
  canonicalHash,
  checkInput,
  explainCode,
  jsonBytes,
  validate,
  type ErrorCode,
  type Issue,
  type Json,
} from "@mainspring/core";
import {
  acceptEvent,
  anyEvent,
  eventTypeRules,
  getEvent,
  getRun,
  onceFor,
  recordAudit,
  recordDecision,
  type EventTypeRules,
  type TenantDb,
} from "@mainspring/store";
import { currentTraceparent } from "../tracing/tracing.ts";
import type { BacklogGate } from "./backlog.ts";
import { placesTried, resolveCorrelationKey, type CorrelationPaths } from "./correlation.ts";

/** Of one event's payload, as canonical JSON. */
export const eventPayloadMaxBytes = 256 * 1024;

/** An event on its way in, whoever brings it: request, webhook or stream. */
export interface InboundMessage {
  /** Named by the producer, never the transport. */
  readonly source: string;
  /** The producer's: repeated, the event counts once. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  readonly correlationKey?: string | number;
  /** Only this run's waits are candidates, and no trigger fires. */
  readonly runId?: string;
  readonly userId?: string;
  /** What of it could not be kept as it came: `<pointer> <code>` each. */
  readonly adjusted?: readonly string[];
  /** When it happened, as its producer says, RFC 3339: told, and never decided by. */
  readonly occurredAt?: string;
  /** The trace that it belongs to, a W3C `traceparent`; left out: that of the request which brings it, if there is one. */
  readonly traceparent?: string;
}

export interface AcceptanceRules {
  /** As the environment configures them. */
  readonly paths: CorrelationPaths;
  /** Left out: a tenant's backlog has no limit. */
  readonly backlog?: BacklogGate;
}

export type Acceptance = Receipt | { readonly problem: AcceptanceProblem };

export interface Receipt {
  /** Ours. */
  readonly eventId: string;
  readonly duplicate: boolean;
}

/** Why an event was refused; nothing of it is stored. */
export interface AcceptanceProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Into the event. */
  readonly issues: readonly Issue[];
  /** Of `EVENT_CONFLICT`: ours, of the event that has the id. */
  readonly eventId?: string;
}

/**
 * Takes one event into the inbox, by the one set of rules that request, webhook and stream share: its shape, its type's schema, whether its
 * run is there, its correlation key, and whether it was there before. The caller commits.
 * @returns `problem`: nothing was written. REQUEST_INVALID, TEXT_NOT_STORABLE, NUMBER_NOT_EXACT .., PAYLOAD_TOO_LARGE, PAYLOAD_INVALID (by the event's type),
 * RUN_NOT_FOUND, EVENT_CONFLICT (the id came before with another content)
 */
export async function acceptInbound(db: TenantDb, event: InboundMessage, rules: AcceptanceRules): Promise<Acceptance> {
  const accepted = await acceptTogether(db, [event], rules);
  return "problem" in accepted ? { problem: accepted.problem } : (accepted.receipts[0] as Receipt);
}

/**
 * The same of several, all or none: at a `problem` the caller rolls its transaction back.
 * @returns receipts in the order of the events, or the first problem with the position of its event
 */
export async function acceptTogether(
  db: TenantDb,
  events: readonly InboundMessage[],
  rules: AcceptanceRules,
): Promise<{ readonly receipts: Receipt[] } | { readonly position: number; readonly problem: AcceptanceProblem }> {
  for (const [position, event] of events.entries()) {
    const problem = misshapen(event);
    if (problem !== undefined) return { position, problem };
  }
  if ((await rules.backlog?.isFull(db, events.length)) === true) {
    const message = `${rules.backlog?.max} events of yours wait to be routed: nothing was stored`;
    return { position: 0, problem: { code: "BACKLOG_FULL", message, issues: [] } };
  }
  const types = await eventTypeRules(db, [...new Set(events.map(({ name }) => name))]);
  for (const [position, event] of events.entries()) {
    const problem = misfit(event, types) ?? (await unknownRun(db, event));
    if (problem !== undefined) return { position, problem };
  }
  const receipts: Receipt[] = [];
  for (const position of lockingOrder(events)) {
    const event = events[position] as InboundMessage;
    const accepted = await write(db, event, position, types, rules);
    if ("problem" in accepted) return { position, problem: accepted.problem };
    receipts[position] = accepted;
  }
  rules.backlog?.added(db.tenantId, receipts.filter(({ duplicate }) => !duplicate).length);
  return { receipts };
}

/** Writes down that another event came under an id that is taken; in a transaction that is not rolled back with the refusal. */
export async function noteConflict(
  db: TenantDb,
  problem: Pick<AcceptanceProblem, "eventId" | "message">,
  actor: string,
): Promise<void> {
  const { eventId, message } = problem;
  if (eventId === undefined) return;
  await recordAudit(db, { actor, action: "event.conflict", subject: `event:${eventId}`, details: { message } });
}

/** What a server needs of it. */
export function createAcceptance(rules: AcceptanceRules) {
  return {
    acceptTogether: (db: TenantDb, events: readonly InboundMessage[]) => acceptTogether(db, events, rules),
    noteConflict,
  };
}

async function write(
  db: TenantDb,
  event: InboundMessage,
  position: number,
  types: readonly EventTypeRules[],
  { paths }: AcceptanceRules,
): Promise<Acceptance> {
  const { correlationKey, ...rest } = event;
  const traceparent = event.traceparent ?? currentTraceparent();
  const explicit = correlationKey === undefined ? undefined : String(correlationKey);
  const correlation = resolveCorrelationKey(
    { name: event.name, payload: event.payload, ...(explicit === undefined ? {} : { correlationKey: explicit }) },
    paths,
    registryPaths(types),
  );
  const accepted = await acceptEvent(db, {
    source: event.source,
    eventId: event.id,
    name: event.name,
    payload: event.payload,
    bodyHash: bodyHashOf({ ...rest, correlationKey: explicit }),
    position,
    ...(event.userId === undefined ? {} : { userId: event.userId }),
    ...(event.adjusted === undefined ? {} : { adjusted: event.adjusted }),
    ...(event.runId === undefined ? {} : { runId: event.runId }),
    ...(event.occurredAt === undefined ? {} : { occurredAt: event.occurredAt }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(correlation === undefined ? {} : { correlationKey: correlation.key, correlationHow: correlation.how }),
  });
  if (accepted.result === "conflict") {
    const message = `event ${event.id} of source ${event.source} was accepted before with another content`;
    return { problem: { ...problemOf("EVENT_CONFLICT", "/id", message), eventId: accepted.id } };
  }
  if (accepted.result === "duplicate") await noteDuplicate(db, accepted.id);
  else if (correlation === undefined)
    await recordDecision(db, {
      outcome: "correlation-missing",
      onceKey: onceFor.correlation(accepted.id),
      eventId: accepted.id,
      values: { name: event.name, tried: placesTried(event.name, paths, registryPaths(types)) },
    });
  return { eventId: accepted.id, duplicate: accepted.result === "duplicate" };
}

/** That an id came again is told once for each event: a producer that repeats itself for ever fills no table. */
async function noteDuplicate(db: TenantDb, eventId: string): Promise<void> {
  const first = await getEvent(db, eventId);
  await recordDecision(db, {
    outcome: "duplicate",
    onceKey: onceFor.duplicate(eventId),
    eventId,
    values: {
      source: first?.source ?? null,
      id: first?.eventId ?? null,
      acceptedAt: first?.acceptedAt ?? null,
      sameContent: true,
    },
  });
}

/** What makes two events with one id the same, whoever brought them. */
function bodyHashOf(event: { readonly [name: string]: unknown }): string {
  const { name, payload, userId, correlationKey, runId } = event;
  return canonicalHash({ name, payload, userId, correlationKey, runId });
}

/** Positions in the order of the events' ids: two acceptances of the same events then wait for each other, and not in a circle. */
function lockingOrder(events: readonly InboundMessage[]): number[] {
  const keys = events.map((event) => JSON.stringify([event.source, event.id]));
  return [...keys.keys()].sort((a, b) =>
    (keys[a] as string) < (keys[b] as string) ? -1 : keys[a] === keys[b] ? a - b : 1,
  );
}

const textMaxLength = 200;
const keyMaxLength = 1_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a route's schema refuses too: a stream and a webhook have none. */
function misshapen(event: InboundMessage): AcceptanceProblem | undefined {
  const texts: [string, unknown, number, boolean][] = [
    ["source", event.source, textMaxLength, true],
    ["id", event.id, textMaxLength, true],
    ["name", event.name, textMaxLength, true],
    ["userId", event.userId, textMaxLength, false],
  ];
  for (const [field, value, max, isRequired] of texts) {
    if (value === undefined && !isRequired) continue;
    if (typeof value !== "string" || value === "" || value.length > max)
      return problemOf("REQUEST_INVALID", `/${field}`, `${field} is a text of 1 to ${max} characters`);
  }
  const { correlationKey, runId } = event;
  if (typeof correlationKey === "string" && (correlationKey === "" || correlationKey.length > keyMaxLength))
    return problemOf("REQUEST_INVALID", "/correlationKey", `correlationKey has 1 to ${keyMaxLength} characters`);
  if (runId !== undefined && (typeof runId !== "string" || !uuid.test(runId)))
    return problemOf("REQUEST_INVALID", "/runId", "runId is the id of a run");
  const refused = checkInput(event);
  if (refused[0] !== undefined) {
    const issues = refused.map(({ code, pointer }) => issueOf(code, pointer, explainCode(code)?.title ?? code));
    return { code: refused[0].code, message: `${refused[0].pointer}: ${issues[0]?.message ?? ""}`, issues };
  }
  const bytes = jsonBytes(event.payload);
  if (bytes > eventPayloadMaxBytes)
    return problemOf(
      "PAYLOAD_TOO_LARGE",
      "/payload",
      `the payload has ${bytes} bytes of JSON, more than ${eventPayloadMaxBytes}`,
    );
  return undefined;
}

/** A payload that its event's type does not allow. */
function misfit(event: InboundMessage, types: readonly EventTypeRules[]): AcceptanceProblem | undefined {
  const schema = types.find(({ name }) => name === event.name)?.schema ?? null;
  if (schema === null || event.name === anyEvent) return undefined;
  const problems = validate(schema, event.payload);
  if (problems.length === 0) return undefined;
  const [first] = problems;
  return {
    code: "PAYLOAD_INVALID",
    message: `the payload does not fit the event type ${event.name}: ${first?.pointer ?? ""} ${first?.message ?? ""}`,
    issues: problems.map(({ code, pointer, message }) => issueOf(code, `/payload${pointer}`, message)),
  };
}

async function unknownRun(db: TenantDb, { runId }: InboundMessage): Promise<AcceptanceProblem | undefined> {
  if (runId === undefined || (await getRun(db, runId)) !== undefined) return undefined;
  return {
    ...problemOf("RUN_NOT_FOUND", "/runId", "your tenant has no such run"),
    message: `the event is for run ${runId}, which your tenant does not have`,
  };
}

/** `{event or "*": [path]}`, as the tenant's event types have them. */
export function registryPaths(types: readonly EventTypeRules[]): CorrelationPaths {
  return Object.fromEntries(types.map(({ name, correlationPaths }) => [name, correlationPaths]));
}

function problemOf(code: ErrorCode, pointer: string, message: string): AcceptanceProblem {
  return { code, message, issues: [issueOf(code, pointer, message)] };
}

function issueOf(code: string, pointer: string, message: string): Issue {
  const remedy = explainCode(code)?.remedy ?? "Send a payload that fits the event's type.";
  return { code, severity: "error", pointer, message, remedy };
}
