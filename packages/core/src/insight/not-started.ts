import type { Instant } from "../interpreter/transition.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { isJsonObject } from "../values/json.ts";
import type { DecisionOutcome } from "./decision.ts";
import type { Evidence } from "./why/cause.ts";
import { counted, durationText, endsSentence, listed, momentText, quoted, valueText } from "./why/text.ts";

/** A decision as it was written down at the time. */
export interface DecisionFacts {
  readonly outcome: DecisionOutcome;
  readonly decidedAt: Instant;
  /** Of the event, while it is kept. */
  readonly event?: {
    readonly name: string;
    readonly source: string;
    /** The producer's. */
    readonly id: string;
    readonly acceptedAt: Instant;
  };
  readonly scheduleId?: string;
  readonly nominalAt?: Instant;
  /** Its key. */
  readonly workflow?: string;
  readonly version?: number;
  readonly triggerId?: string;
  readonly runId?: string;
  readonly values?: Json;
}

/** Why something did not start; of `fired`: that it did. */
export interface NotStarted {
  readonly cause: DecisionOutcome;
  /** For people, with the values of the time. */
  readonly sentence: string;
  readonly since: Instant;
  readonly evidence: readonly Evidence[];
  readonly remedy: string;
}

/** What a decision says to a person, and what to do about it. */
export function explainDecision(facts: DecisionFacts, now: Instant): NotStarted {
  const values = isJsonObject(facts.values) ? facts.values : {};
  const { sentence, remedy } = explain(facts, values, now);
  return { cause: facts.outcome, sentence, since: facts.decidedAt, evidence: evidenceOf(facts, values, now), remedy };
}

interface Words {
  readonly sentence: string;
  readonly remedy: string;
}

function explain(facts: DecisionFacts, values: JsonObject, now: Instant): Words {
  const who = startOf(facts);
  const what = occasionOf(facts, now);
  switch (facts.outcome) {
    case "fired":
      return fired(facts, values, what, who);
    case "no-trigger":
      return noTrigger(facts, values, what);
    case "filtered":
      return filtered(values, what, who);
    case "payload-invalid":
      return payloadInvalid(values, what, who);
    case "duplicate":
      return duplicate(facts, values, now);
    case "correlation-missing":
      return correlationMissing(values, what);
    case "workflow-paused":
      return {
        sentence: `${what} started no run of ${who}: the workflow was paused${noteIn(values)}.`,
        remedy: "Unpause the workflow; what came meanwhile is not made up for, so start by hand what is still wanted.",
      };
    case "unpublished":
      return {
        sentence: `${what} started no run of ${who}: no version of the workflow was published.`,
        remedy: "Publish the workflow; what came meanwhile is not made up for, so start by hand what is still wanted.",
      };
    case "tenant-suspended":
      return {
        sentence: `${what} started nothing${facts.workflow === undefined ? "" : ` of ${who}`}: the tenant was suspended.`,
        remedy: "Ask the operator of the platform to lift the suspension.",
      };
    case "over-limit":
      return overLimit(values, what, who);
    case "unauthorised":
      return unauthorised(facts, values);
    case "dead-lettered":
      return deadLettered(values, what);
    case "schedule-paused":
      return {
        sentence: `${what} started no run of ${who}: the schedule was paused${noteIn(values)}.`,
        remedy: "Unpause the schedule; backfill the times that are still wanted.",
      };
    case "schedule-disabled":
      return {
        sentence: `${what} started no run of ${who}: the schedule was disabled${reasonIn(values)}.`,
        remedy: "Make the schedule fit the published version, or publish one that it fits, and enable it.",
      };
    case "repeated-hour":
      return {
        sentence: `${what} started no run of ${who}: the clocks were set back, and this hour had its run at its first occurrence.`,
        remedy: "Nothing: an entry with a fixed hour fires once for each local date.",
      };
    case "overlap-skipped":
      return {
        sentence: `${what} started no run of ${who}: run ${textOf(values["runId"]) ?? "before it"} was still under way.`,
        remedy: "Wait for that run, or choose another overlap policy.",
      };
    case "outside-business-days":
      return {
        sentence: `${what} started no run of ${who}: ${textOf(values["localDate"]) ?? "the day"} is no business day${calendarIn(values)}.`,
        remedy: "Nothing, if the calendar is right; otherwise correct its hours and holidays.",
      };
    case "missed-catchup":
      return {
        sentence: `${what} started no run of ${who}: nobody was there at the time, and the catch-up window had passed.`,
        remedy: "Backfill the time if it is still wanted; a longer catch-up window bridges longer outages.",
      };
  }
}

function fired({ runId = "(unknown)" }: DecisionFacts, values: JsonObject, what: string, who: string): Words {
  const held = textOf(values["held"]);
  if (held === undefined)
    return {
      sentence: `${what} started run ${runId} of ${who}.`,
      remedy: "Nothing: it has started. Ask the run itself where it stands.",
    };
  return {
    sentence: `${what} made run ${runId} of ${who}, which was held then: ${held}.`,
    remedy: "Nothing: its turn comes by itself. Ask the run where it stands: GET /runs/<id>/why.",
  };
}

function noTrigger({ event }: DecisionFacts, values: JsonObject, what: string): Words {
  const name = event?.name ?? textOf(values["name"]) ?? "it";
  const runId = textOf(values["runId"]);
  if (runId !== undefined)
    return {
      sentence: `${what} was for run ${runId} alone, which did not wait for it: it fires no trigger.`,
      remedy: "Leave runId out if the event is to start something.",
    };
  const key = textOf(values["correlationKey"]);
  const waited = key === undefined ? "" : `, and no run waited for it with key ${quoted(key)} when it came`;
  return {
    sentence: `${what} started nothing: no published workflow listens to ${name}${waited}.`,
    remedy:
      "Check the event's name and key, or publish a workflow with a trigger for it; then send it again under another id.",
  };
}

function filtered(values: JsonObject, what: string, who: string): Words {
  const error = isJsonObject(values["error"]) ? values["error"] : undefined;
  const read = readText(values);
  if (error !== undefined)
    return {
      sentence: `${what} started no run of ${who}: its condition failed with ${textOf(error["code"]) ?? "an error"}${read}.`,
      remedy: "Correct the trigger's when: true or false for every event of that name, $boolean(..) makes it so.",
    };
  const was = values["condition"] === false ? "false" : "nothing, which counts as false,";
  return {
    sentence: `${what} started no run of ${who}: its condition was ${was}${was === "false" ? "" : " here"}${read}.`,
    remedy: "Nothing, if that is meant; otherwise correct the trigger's when, or what the producer sends.",
  };
}

function payloadInvalid(values: JsonObject, what: string, who: string): Words {
  const error = isJsonObject(values["error"]) ? values["error"] : undefined;
  if (error !== undefined)
    return {
      sentence: `${what} started no run of ${who}: mapping its payload failed with ${textOf(error["code"]) ?? "an error"}.`,
      remedy: "Correct the trigger's payload, or what the producer sends.",
    };
  const issues = issuesIn(values);
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${counted(issues.length - 1, "other place")})` : "";
  const place = first === undefined ? "" : ` at ${first.pointer}: ${first.message}${more}`;
  return {
    sentence: endsSentence(`${what} started no run of ${who}: the payload does not fit its schema${place}`),
    remedy:
      "Correct the mapping of the trigger or schedule, or what is sent; then start the run by hand or send the event under another id.",
  };
}

function duplicate({ event }: DecisionFacts, values: JsonObject, now: Instant): Words {
  const at = event?.acceptedAt ?? textOf(values["acceptedAt"]);
  const id = event?.id ?? textOf(values["id"]) ?? "that id";
  const source = event?.source ?? textOf(values["source"]);
  const first = at === undefined ? "before" : `at ${momentText(at, now)}`;
  return {
    sentence: `An event came again and started nothing anew: the same id ${quoted(id)}${source === undefined ? "" : ` of source ${source}`} was accepted ${first}.`,
    remedy: "Nothing, if the producer repeats itself; otherwise give each event an id of its own.",
  };
}

function correlationMissing(values: JsonObject, what: string): Words {
  const tried = listIn(values, "tried");
  return {
    sentence: `${what} has no correlation key, so no waiting run was looked up${tried.length === 0 ? "" : `: nothing was found in ${listed(tried)}`}.`,
    remedy:
      "Send correlationKey with the event, or declare a path for its name in the event type or in WORKFLOW_RUNTIME_V2_EVENT_CORRELATION_PATHS_JSON.",
  };
}

function overLimit(values: JsonObject, what: string, who: string): Words {
  const { used, max } = values;
  const numbers = typeof used === "number" && typeof max === "number" ? ` (${used} of ${max})` : "";
  const limit = textOf(values["limit"]);
  const of = limit === undefined ? "a limit" : `the limit ${limit}`;
  return {
    sentence: `${what} started no run of ${who}: it was over ${of}${numbers}${reasonIn(values)}.`,
    remedy: "Try again when runs have ended or the minute is over, or have the limit raised.",
  };
}

function unauthorised({ workflow }: DecisionFacts, values: JsonObject): Words {
  const endpoint = textOf(values["endpoint"]);
  const aim = workflow === undefined ? "" : ` for workflow ${workflow}`;
  if (endpoint !== undefined)
    return {
      sentence: `A call to webhook ${endpoint}${aim} was refused${reasonIn(values)}.`,
      remedy: "Check the secret on both sides, the clock of the sender, and that nothing on the way changes the body.",
    };
  const role = textOf(values["role"]);
  const needed = textOf(values["needed"]);
  const why =
    role === undefined || needed === undefined ? "" : `: its key has the role ${role}, and ${needed} is needed`;
  return {
    sentence: `A request${aim} was refused${why}.`,
    remedy: "Use a key of a role that may do it.",
  };
}

function deadLettered(values: JsonObject, what: string): Words {
  const error = isJsonObject(values["error"]) ? values["error"] : values;
  const reason = textOf(error["message"]) ?? textOf(error["reason"]) ?? textOf(error["code"]) ?? "no reason was given";
  const { attempts } = values;
  const tries = typeof attempts === "number" ? ` after ${counted(attempts, "try").replace("trys", "tries")}` : "";
  return {
    sentence: endsSentence(`${what} was given up${tries}: ${reason}`),
    remedy: "Remove the cause, then redeliver it: only what is not done is done.",
  };
}

/** `Event order.placed (shop o-17)`, `The nominal time Tue 24 Nov 17:00 UTC`, `A request`. */
function occasionOf({ event, scheduleId, nominalAt }: DecisionFacts, now: Instant): string {
  if (event !== undefined) return `Event ${event.name} (${event.source} ${event.id})`;
  if (nominalAt !== undefined) return `The fire of ${momentText(nominalAt, now)}`;
  return scheduleId === undefined ? "A request" : "A schedule";
}

/** `shop v3 by trigger placed`. */
function startOf({ workflow, version, triggerId }: DecisionFacts): string {
  const of = workflow === undefined ? "a workflow" : `${workflow}${version === undefined ? "" : ` v${version}`}`;
  return triggerId === undefined ? of : `${of} by trigger ${triggerId}`;
}

function readText(values: JsonObject): string {
  const read = Object.entries(isJsonObject(values["read"]) ? values["read"] : {});
  if (read.length === 0) return "";
  return `, with ${listed(read.map(([path, value]) => `${path} = ${valueText(value)}`))}`;
}

function evidenceOf(facts: DecisionFacts, values: JsonObject, now: Instant): Evidence[] {
  const evidence: Evidence[] = [];
  if (facts.event !== undefined) {
    const { name, source, id, acceptedAt } = facts.event;
    evidence.push({
      kind: "event",
      text: `Event ${name}, ${source} ${id}, accepted at ${momentText(acceptedAt, now)}.`,
      data: { name, source, id, acceptedAt },
    });
  }
  for (const [path, value] of Object.entries(isJsonObject(values["read"]) ? values["read"] : {}))
    evidence.push({ kind: "value", text: `${path} was ${valueText(value)}`, data: { path, value } });
  if (values["condition"] !== undefined)
    evidence.push({
      kind: "condition",
      text: `when came to ${valueText(values["condition"])}`,
      data: { value: values["condition"] },
    });
  for (const issue of issuesIn(values))
    evidence.push({ kind: "issue", text: `${issue.pointer}: ${issue.message}`, data: { ...issue } });
  const error = values["error"];
  if (isJsonObject(error))
    evidence.push({
      kind: "error",
      text: `${textOf(error["code"]) ?? "error"}: ${textOf(error["message"]) ?? ""}`,
      data: error,
    });
  const tried = listIn(values, "tried");
  if (tried.length > 0)
    evidence.push({ kind: "paths-tried", text: `A key was looked for in ${listed(tried)}.`, data: tried });
  const told = ["read", "condition", "issues", "error", "tried"];
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !told.includes(name)));
  if (Object.keys(rest).length > 0) evidence.push({ kind: "values", text: restText(rest), data: rest });
  return evidence;
}

function restText(rest: JsonObject): string {
  return Object.entries(rest)
    .map(([name, value]) =>
      name.endsWith("Ms") && typeof value === "number"
        ? `${name.slice(0, -2)} ${durationText(value)}`
        : `${name} ${typeof value === "string" ? value : valueText(value)}`,
    )
    .join(", ");
}

function issuesIn(values: JsonObject): { readonly code: string; readonly pointer: string; readonly message: string }[] {
  const { issues } = values;
  if (!Array.isArray(issues)) return [];
  return issues.filter(isJsonObject).map((issue) => ({
    code: textOf(issue["code"]) ?? "",
    pointer: textOf(issue["pointer"]) ?? "",
    message: textOf(issue["message"]) ?? "",
  }));
}

function listIn(values: JsonObject, name: string): string[] {
  const list = values[name];
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

function noteIn(values: JsonObject): string {
  const by = textOf(values["by"]);
  const note = textOf(values["note"]);
  return `${by === undefined ? "" : ` by ${by}`}${note === undefined ? "" : `: ${note.replace(/\.$/, "")}`}`;
}

function reasonIn(values: JsonObject): string {
  const reason = textOf(values["reason"]);
  return reason === undefined ? "" : `: ${reason.replace(/\.$/, "")}`;
}

function calendarIn(values: JsonObject): string {
  const calendar = textOf(values["calendar"]);
  return calendar === undefined ? "" : ` of calendar ${calendar}`;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
