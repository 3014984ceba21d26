import type { JournalEntry, JournalInput } from "../interpreter/journal-entry.ts";
import type { RunError } from "../interpreter/transition.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { SensitiveFacts } from "./facts.ts";
import { maskBySchema } from "./sensitive.ts";
import type { ValueMask } from "./value-mask.ts";

/** What is masked in one run's values. */
export interface RunMask {
  readonly values: ValueMask;
  readonly facts: SensitiveFacts;
  /** Of a command: the step that gave it; of a task: the step that asked. */
  readonly stepOf: (commandOrTaskId: string) => string | undefined;
  /** By the name of an event: of its payload, where its type declares something sensitive. Left out: of none. */
  readonly eventSchemas?: ReadonlyMap<string, Json>;
}

/** Names and times of ours: no person's value stands there. */
const ofOurs: readonly string[] = [
  "kind",
  "id",
  "now",
  "turn",
  "attempt",
  "attemptsMade",
  "runId",
  "taskId",
  "submissionId",
  "dueAt",
  "calendarVersion",
  "receivedAt",
  "reference",
  "references",
  "inbox",
  "override",
];

/** The entry as people may see it. What is stored stays as it is: runs are recomputed from that. */
export function maskEntry(entry: JournalEntry, mask: RunMask): JournalEntry {
  switch (entry.kind) {
    case "input":
      return { ...entry, data: maskInput(entry.data, mask) };
    case "run":
      return entry.data === undefined
        ? entry
        : { ...entry, data: maskMembers(entry.data, ["output", "error", "reason"], mask) };
    case "step": {
      if (entry.data === undefined) return entry;
      const data = maskMembers(entry.data, ["output", "error"], mask);
      const schema = mask.facts.outputs.get(entry.stepPath) ?? mask.facts.forms.get(entry.stepPath);
      return data.output === undefined || schema === undefined
        ? { ...entry, data }
        : { ...entry, data: { ...data, output: mask.values.value(maskBySchema(schema, entry.data.output as Json)) } };
    }
    case "wait": {
      if (entry.data === undefined) return entry;
      const data = maskMembers(entry.data, ["key", "filters", "title", "asks", "payload"], mask);
      const form = mask.facts.forms.get(entry.stepPath);
      return data.payload === undefined || form === undefined
        ? { ...entry, data }
        : { ...entry, data: { ...data, payload: mask.values.value(maskBySchema(form, entry.data.payload as Json)) } };
    }
    case "state":
      return { ...entry, data: mask.values.value(entry.data) };
    case "reminder":
    case "event":
    case "late":
      return entry;
  }
}

export function maskError<E extends Pick<RunError, "message" | "details">>(error: E, mask: RunMask): E {
  return maskMembers(error, ["message", "details"], mask);
}

function maskInput(input: JournalInput, mask: RunMask): JournalInput {
  if (input.kind === "start") {
    if (input.payload === undefined) return input;
    return { ...input, payload: mask.values.value(maskBySchema(mask.facts.payload, input.payload)) };
  }
  if (input.kind === "restart") return input;
  return isJsonObject(input.event) ? { ...input, event: maskEvent(input.event, mask) } : input;
}

function maskEvent(event: JsonObject, mask: RunMask): JsonObject {
  const masked: JsonObject = {};
  for (const [name, member] of Object.entries(event))
    masked[name] = ofOurs.includes(name) ? member : maskMember(member, mask);
  const about = event["kind"] === "actionSucceeded" ? event["id"] : event["taskId"];
  const path = typeof about === "string" ? mask.stepOf(about) : undefined;
  if (path === undefined) return masked;
  const [member, schema] =
    event["kind"] === "actionSucceeded"
      ? ["output", mask.facts.outputs.get(path)]
      : ["answer", mask.facts.forms.get(path)];
  const value = event[member as string];
  if (schema !== undefined && value !== undefined)
    masked[member as string] = mask.values.value(maskBySchema(schema as Json, value));
  return masked;
}

/** Inbound events, alone or as candidates, have names and times of ours as well. */
function maskMember(member: Json, mask: RunMask): Json {
  if (Array.isArray(member)) return member.map((item) => maskMember(item, mask));
  if (!isJsonObject(member)) return mask.values.value(member);
  if (typeof member["receivedAt"] !== "string") return mask.values.value(member);
  const schema = typeof member["name"] === "string" ? mask.eventSchemas?.get(member["name"]) : undefined;
  const masked: JsonObject = {};
  for (const [name, inner] of Object.entries(member))
    masked[name] = ofOurs.includes(name)
      ? inner
      : mask.values.value(name === "payload" ? maskBySchema(schema, inner as Json) : inner);
  return masked;
}

function maskMembers<T extends object>(holder: T, names: readonly (keyof T & string)[], mask: RunMask): T {
  const masked = { ...holder };
  for (const name of names) {
    const value = holder[name];
    if (value === undefined) continue;
    masked[name] = (
      name === "error" ? maskErrorLike(value as Json, mask) : mask.values.value(value as Json)
    ) as T[typeof name];
  }
  return masked;
}

/** Category, code and place are ours. */
function maskErrorLike(error: Json, mask: RunMask): Json {
  if (!isJsonObject(error)) return mask.values.value(error);
  const masked: JsonObject = { ...error };
  for (const name of ["message", "details"])
    if (error[name] !== undefined) masked[name] = mask.values.value(error[name] as Json);
  return masked;
}
