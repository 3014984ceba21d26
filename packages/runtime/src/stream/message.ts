import {
  checkInput,
  duplicateMember,
  instantFromMs,
  jsonBytes,
  parseInstantMs,
  parseTraceparent,
  storableText,
  traceparentOf,
  type ErrorCode,
  type Json,
} from "@mainspring/core";
import { eventPayloadMaxBytes, type AcceptanceProblem, type InboundMessage } from "../ingestion/accept.ts";

/** An event as a stream producer has it. */
export interface WorkflowEvent {
  /** The producer's id: repeated, the event counts once. Left out: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly tenantId: string;
  readonly payload?: Json;
  /** Named by the producer, never the transport; `default` when left out. */
  readonly source?: string;
  readonly userId?: string;
  readonly correlationKey?: string;
  /** Only this run's waits are candidates, and no trigger fires. */
  readonly runId?: string;
  /** When it happened at the producer, ISO 8601; now when left out. */
  readonly timestamp?: string;
  /** The trace that it belongs to, a W3C `traceparent`. */
  readonly traceparent?: string;
}

/** Why an entry is no event, and what can be read of it all the same. */
export interface RefusedMessage {
  readonly code: ErrorCode;
  readonly message: string;
  /** Into the event, as the API has it. */
  readonly pointer: string;
  readonly id?: string;
  readonly source: string;
  readonly name: string;
  /** The payload, or its text where it is no JSON that can be kept. */
  readonly payload: Json;
  readonly userId?: string;
  readonly correlationKey?: string;
}

export type ReadMessage =
  | { readonly event: InboundMessage; readonly refused?: undefined }
  | { readonly refused: RefusedMessage; readonly event?: undefined };

/** The fields of an entry. */
export function messageFields(event: WorkflowEvent & { readonly id: string }): Record<string, string> {
  return {
    id: event.id,
    event_name: event.name,
    tenant_id: event.tenantId,
    payload: JSON.stringify(event.payload === undefined ? {} : event.payload),
    timestamp: event.timestamp ?? new Date().toISOString(),
    source: event.source ?? "default",
    ...(event.userId === undefined ? {} : { user_id: event.userId }),
    ...(event.correlationKey === undefined ? {} : { workflow_correlation_key: event.correlationKey }),
    ...(event.runId === undefined ? {} : { run_id: event.runId }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}

/** Each field under the names that it may have; the first is ours. */
const names = {
  id: ["id", "event_id", "eventId"],
  name: ["event_name", "eventName", "name"],
  tenant: ["tenant_id", "tenantId", "tenant"],
  userId: ["user_id", "userId"],
  payload: ["payload"],
  source: ["source"],
  correlationKey: ["workflow_correlation_key", "correlationKey"],
  runId: ["run_id", "runId"],
  timestamp: ["timestamp"],
} as const;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface Problem {
  readonly code: ErrorCode;
  readonly pointer: string;
  readonly message: string;
}

/**
 * Reads an entry of a tenant's stream: text, and a payload that says what its sender meant. Everything else about an event is asked where all
 * events are accepted.
 * @param tenantId whose stream it is: an entry that names another tenant is refused
 */
export function readMessage(fields: { readonly [name: string]: Buffer }, tenantId: string): ReadMessage {
  const problems: Problem[] = [];
  const text = (field: keyof typeof names): string | undefined => {
    const name = names[field].find((one) => Object.hasOwn(fields, one));
    const bytes = name === undefined ? undefined : fields[name];
    if (bytes === undefined || bytes.length === 0) return undefined;
    try {
      return utf8.decode(bytes);
    } catch {
      problems.push({ code: "TEXT_NOT_STORABLE", pointer: `/${field}`, message: `${field} is not UTF-8` });
      return undefined;
    }
  };
  const [id, name, tenant] = [text("id"), text("name"), text("tenant")];
  const [userId, correlationKey, runId] = [text("userId"), text("correlationKey"), text("runId")];
  const occurredAt = readTime(text("timestamp"), problems);
  const trace = parseTraceparent(fields["traceparent"]?.toString("latin1"));
  const source = text("source") ?? "default";
  const payloadText = text("payload");
  if (tenant !== undefined && tenant.toLowerCase() !== tenantId.toLowerCase()) {
    const message = `the stream is of tenant ${tenantId}, and the entry names another`;
    problems.push({ code: "TENANT_NOT_FOUND", pointer: "/tenantId", message });
  }
  const payload = payloadText === undefined ? {} : readPayload(payloadText, problems);
  const optional = {
    ...(userId === undefined ? {} : { userId }),
    ...(correlationKey === undefined ? {} : { correlationKey }),
  };
  const [problem] = problems;
  if (problem === undefined && payload !== undefined) {
    // An id or a name that is missing is refused with all else that an event must have.
    const event = { id: id ?? "", source, name: name ?? "", payload, ...optional };
    return {
      event: {
        ...event,
        ...(runId === undefined ? {} : { runId }),
        ...(occurredAt === undefined ? {} : { occurredAt }),
        // What cannot be read names no trace, and is no reason to refuse an event.
        ...(trace === undefined ? {} : { traceparent: traceparentOf(trace) }),
      },
    };
  }
  return {
    refused: {
      code: problem?.code ?? "REQUEST_INVALID",
      message: problem?.message ?? "the entry is no event",
      pointer: problem?.pointer ?? "",
      ...keepable({ ...(id === undefined ? {} : { id }), source, name: name ?? "", ...optional }),
      payload: payload ?? storable(payloadText ?? fields["payload"]?.toString("utf8") ?? ""),
    },
  };
}

/** What is kept of an event that was read and is refused for what it says. */
export function refusedOf(
  event: InboundMessage,
  problem: Pick<AcceptanceProblem, "code" | "message" | "issues">,
): RefusedMessage {
  const { id, source, name, payload, userId, correlationKey } = event;
  const isStorable = checkInput(payload).length === 0 && jsonBytes(payload) <= eventPayloadMaxBytes;
  return {
    code: problem.code,
    message: storable(problem.message),
    pointer: problem.issues[0]?.pointer ?? "",
    ...keepable({
      id,
      source,
      name,
      ...(userId === undefined ? {} : { userId }),
      ...(correlationKey === undefined ? {} : { correlationKey: String(correlationKey) }),
    }),
    payload: isStorable ? payload : storable(JSON.stringify(payload)),
  };
}

/** Of what is kept of a payload that cannot be taken. */
const keptTextMax = 64 * 1024;
const keptNameMax = 200;

interface Named {
  readonly id?: string;
  readonly source: string;
  readonly name: string;
  readonly userId?: string;
  readonly correlationKey?: string;
}

/** Texts that may be anything, so that they can be kept: an id as long as a book names nothing. */
function keepable({ id, source, name, userId, correlationKey }: Named): Named {
  const kept = (text: string): string => storable(text).slice(0, keptNameMax);
  return {
    ...(id === undefined || id === "" || id.length > keptNameMax ? {} : { id: kept(id) }),
    source: kept(source) || "default",
    name: kept(name) || "unknown",
    ...(userId === undefined ? {} : { userId: kept(userId) }),
    ...(correlationKey === undefined ? {} : { correlationKey: kept(correlationKey) }),
  };
}

/** A text of which everything can be stored, and not more than can be looked at. */
export function storable(text: string): string {
  return storableText(text.length > keptTextMax ? `${text.slice(0, keptTextMax)}…` : text);
}

// What Postgres and RFC 3339 both have.
const firstYearMs = -62_135_596_800_000;
const endOfYearsMs = 253_402_300_800_000;

/** ISO 8601, in UTC where it names no offset, or whole milliseconds since 1970. */
function readTime(text: string | undefined, problems: Problem[]): string | undefined {
  if (text === undefined) return undefined;
  const ms = /^-?\d{1,15}$/.test(text) ? Number(text) : (parseInstantMs(text) ?? parseInstantMs(`${text}Z`));
  if (ms !== undefined && ms >= firstYearMs && ms < endOfYearsMs) return instantFromMs(ms);
  const message = "timestamp is ISO 8601 or milliseconds since 1970, from the year 1 to 9999";
  problems.push({ code: "REQUEST_INVALID", pointer: "/timestamp", message });
  return undefined;
}

function readPayload(text: string, problems: Problem[]): Json | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    const message = error instanceof Error ? storable(error.message).slice(0, 300) : "the payload is not JSON";
    problems.push({ code: "BODY_NOT_JSON", pointer: "/payload", message });
    return undefined;
  }
  const twice = duplicateMember(text);
  if (twice === undefined) return value;
  problems.push({ code: "REQUEST_INVALID", pointer: `/payload${twice}`, message: "this member is given twice" });
  return undefined;
}
