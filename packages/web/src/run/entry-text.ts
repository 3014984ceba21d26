import { isJsonObject, type JournalEntry, type ReadonlyJson, type RunEvent } from "@mainspring/core";
import { lookOf } from "../status/status.ts";
import { stepTitle } from "./fold-journal.ts";

/** One line that tells an entry of the journal. */
export function entryText(entry: JournalEntry): string {
  switch (entry.kind) {
    case "run": {
      const error = entry.data?.error;
      return `run ${word(entry.status)}${error === undefined ? "" : ` · ${error.code}`}`;
    }
    case "step": {
      const error = entry.data?.error;
      const attempt = (entry.data?.attempt ?? 1) > 1 ? ` · attempt ${entry.data?.attempt}` : "";
      return `${stepTitle(entry)} ${word(entry.status)}${attempt}${error === undefined ? "" : ` · ${error.code}`}`;
    }
    case "wait": {
      const what =
        entry.data?.event === undefined
          ? entry.waitType
          : `${entry.data.event}${entry.data.key === undefined ? "" : ` · ${entry.data.key}`}`;
      return `${stepTitle(entry)} wait ${word(entry.status)} · ${what}${entry.data?.resolvedBy === undefined ? "" : ` · by ${entry.data.resolvedBy}`}`;
    }
    case "state":
      return `state ${typeof entry.data === "string" ? entry.data : JSON.stringify(entry.data)}`;
    case "event":
      return `event ${entry.eventId} ${entry.verdict}${entry.data?.reason === undefined ? "" : ` · ${entry.data.reason}`}`;
    case "late":
      return `late ${entry.data.event}${entry.data.id === undefined ? "" : ` · ${entry.data.id}`}`;
    case "input":
      if (entry.data.kind === "restart")
        return `restart from entry ${entry.data.origin.seq} of run ${entry.data.origin.runId}`;
      return entry.data.kind === "resume" ? resumeText(entry.data.event as ReadonlyJson) : entry.data.kind;
    default:
      return (entry as { kind: string }).kind; // a kind that a newer server adds
  }
}

function word(status: string): string {
  return lookOf(status).word.toLowerCase();
}

/** What the run was told; the step's own entry follows and says which. */
const told: { readonly [kind in RunEvent["kind"]]: string } = {
  actionSucceeded: "a call succeeded",
  actionFailed: "a call failed",
  actionHandedBack: "a call failed and is tried again",
  actionHeld: "a call is held: the quota is used up",
  quotaReleased: "there is room in the quota again",
  timerStarted: "a timer was set",
  timerFired: "a timer has run out",
  waitOpened: "a wait was opened",
  eventArrived: "an event arrived",
  taskOpened: "a task was opened",
  taskAnswered: "a task was answered",
  childStarted: "a called run was started",
  childSucceeded: "a called run succeeded",
  childFailed: "a called run failed",
  commandFailed: "what a step needs cannot be had",
  cancelRequested: "cancel was asked for",
  historyBudgetSpent: "its history was long enough: it goes on in a new execution",
  continue: "it goes on",
};

function resumeText(event: ReadonlyJson): string {
  if (!isJsonObject(event) || typeof event["kind"] !== "string") return "resume";
  const { kind } = event;
  const text = Object.hasOwn(told, kind) ? told[kind as RunEvent["kind"]] : kind;
  const more = [event["error"], event["event"]].flatMap((held) =>
    held !== undefined && isJsonObject(held) ? [held["code"] ?? held["name"]] : [],
  );
  return [text, ...more.filter((one) => typeof one === "string")].join(" · ");
}
