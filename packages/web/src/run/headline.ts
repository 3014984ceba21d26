import { isJsonObject, type ReadonlyJson, type RunError } from "@mainspring/core";
import { actorText } from "../session/actor-text.ts";
import { hasEnded } from "../status/status.ts";
import { durationText, growingText, momentText } from "../time/time.ts";
import { isBlock, stepTitle, type StepView, type WaitView } from "./fold-journal.ts";

/** What the headline is made from. */
export interface HeadlineFacts {
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error: RunError | null;
  readonly cancelRequestedAt: string | null;
  /** Who asked for the cancel, and why. */
  readonly cancel: { readonly by: string; readonly reason?: string } | undefined;
  readonly steps: readonly StepView[];
  /** Step executions begun: the row may know of more than the part of the journal that is here. */
  readonly stepCount: number;
  readonly waits: readonly WaitView[];
}

/** Names that are set in code stand in backquotes. */
export interface Headline {
  readonly sentence: string;
  /** More of the same kind, one line each, as further waits. */
  readonly also: readonly string[];
  readonly tone: "plain" | "waiting" | "failed" | "warning";
}

/** A run that has done nothing for so long has been picked up by no worker. */
export const noWorkerAfterMs = 60_000;

export interface UnclaimedFacts {
  readonly status: string;
  readonly startedAt: string | null;
  /** Step executions begun. */
  readonly stepCount: number;
}

/** Whether a run has been handed over but no worker has begun it. */
export function isUnclaimed(facts: UnclaimedFacts, nowMs: number): boolean {
  return (
    facts.status === "RUNNING" &&
    facts.stepCount === 0 &&
    facts.startedAt !== null &&
    nowMs - Date.parse(facts.startedAt) > noWorkerAfterMs
  );
}

/** One sentence that says where a run stands and why. */
export function headlineOf(facts: HeadlineFacts, nowMs: number): Headline {
  if (facts.cancelRequestedAt !== null && !hasEnded(facts.status)) {
    return plain(
      `Cancel was asked for at ${momentText(facts.cancelRequestedAt, nowMs)}${byWhom(facts)}; what is open is being ended.`,
    );
  }
  switch (facts.status) {
    case "QUEUED":
      return plain(
        "It is accepted and not yet handed over to Temporal. Nothing is lost: it starts as soon as Temporal takes it.",
      );
    case "WAITING":
      return waiting(facts, nowMs);
    case "PAUSED":
      return {
        sentence:
          "It is paused: the tenant's steps of this month are used up. It goes on when the quota is renewed or an operator says so.",
        also: [],
        tone: "warning",
      };
    case "FAILED":
      return withRemains(failed(facts.error, nowMs), facts);
    case "SUCCEEDED":
      return plain(`It succeeded${took(facts)}.`);
    case "CANCELED":
      return withRemains(plain(`It was canceled${took(facts)}${byWhom(facts)}.`), facts);
    default:
      return running(facts, nowMs);
  }
}

function plain(sentence: string): Headline {
  return { sentence, also: [], tone: "plain" };
}

function took(facts: HeadlineFacts): string {
  if (facts.startedAt === null || facts.endedAt === null) return "";
  return ` after ${durationText(Date.parse(facts.endedAt) - Date.parse(facts.startedAt))}`;
}

function byWhom({ cancel }: HeadlineFacts): string {
  if (cancel === undefined) return "";
  const reason = cancel.reason === undefined || cancel.reason === "" ? "" : `: “${cancel.reason}”`;
  return ` by ${actorText(cancel.by)}${reason}`;
}

/** A run that ended badly names the steps whose effects nobody can vouch for. */
function withRemains(headline: Headline, { error, steps }: HeadlineFacts): Headline {
  const details = error?.details;
  const remains = details !== undefined && isJsonObject(details) ? details["effectsMayRemain"] : undefined;
  if (!Array.isArray(remains) || remains.length === 0) return headline;
  const names = remains.slice(0, 5).map((place) => `\`${placeName(place, steps)}\``);
  if (remains.length > 5) names.push(`${remains.length - 5} more`);
  return {
    ...headline,
    also: [...headline.also, `What was done by ${listed(names)} may remain: see what became of it.`],
  };
}

function placeName(place: ReadonlyJson, steps: readonly StepView[]): string {
  if (!isJsonObject(place) || typeof place["stepPath"] !== "string") return JSON.stringify(place);
  const { stepPath, iteration } = place;
  const turns = Array.isArray(iteration) ? iteration.map(Number) : [];
  const step = steps.find((each) => each.stepPath === stepPath);
  return stepTitle({ stepId: step?.stepId ?? stepPath, iteration: turns });
}

function running(facts: HeadlineFacts, nowMs: number): Headline {
  const acting = facts.steps.filter(
    (step) => (step.status === "RUNNING" || step.status === "RETRYING") && !isBlock(step.type),
  );
  const [first] = acting;
  if (first === undefined)
    return plain(
      facts.stepCount === 0 ? "It is handed over to Temporal; no step has begun yet." : "It is between two steps.",
    );
  const since = growingText(nowMs - Date.parse(first.startedAt));
  const names = acting.slice(0, 3).map((step) => `\`${stepTitle(step)}\``);
  if (acting.length > 3) names.push(`${acting.length - 3} more`);
  return plain(
    acting.length === 1 ? `It runs ${names[0]}, for ${since} now.` : `It runs ${listed(names)} side by side.`,
  );
}

function waiting(facts: HeadlineFacts, nowMs: number): Headline {
  const open = facts.waits.filter((wait) => wait.status === "WAITING");
  const [first, ...others] = open;
  if (first === undefined) return { sentence: "It waits.", also: [], tone: "waiting" };
  return {
    sentence: `It ${waitText(first, nowMs)}.`,
    also: others.map((wait) => `It also ${waitText(wait, nowMs)}.`),
    tone: "waiting",
  };
}

/** `waits for \`payment.received\` with key \`o-17\` until Tue 24 Nov 17:00`. */
export function waitText(wait: WaitView, nowMs: number): string {
  const until = wait.until === undefined ? "" : ` until ${momentText(wait.until, nowMs)}`;
  switch (wait.waitType) {
    case "time":
      return until === "" ? `sleeps in \`${wait.stepId}\`` : `sleeps${until}`;
    case "event": {
      const key = wait.key === undefined ? "" : ` with key \`${wait.key}\``;
      const filters = filterText(wait.filters ?? []);
      return `waits for \`${wait.event ?? wait.stepId}\`${key}${filters}${until}`;
    }
    case "human": {
      const due = wait.dueAt === undefined ? "" : `, due ${momentText(wait.dueAt, nowMs)}`;
      return `waits for ${assigneeText(wait.assignTo)} to answer “${wait.title ?? wait.stepId}”${due}${until === "" || due === "" ? until : `,${until}`}`;
    }
    case "child":
      return `waits for ${wait.workflow === undefined ? "a run" : `a run of \`${wait.workflow}\``} that it called in \`${wait.stepId}\``;
    case "quota":
      return `waits in \`${wait.stepId}\` for the quota of the month${until}`;
    default:
      return `waits in \`${String((wait as WaitView).stepId)}\`${until}`;
  }
}

/** `ada, bob or the group legal`. */
export function assigneeText(assignTo: WaitView["assignTo"]): string {
  const users = assignTo?.users ?? [];
  const groups = assignTo?.groups ?? [];
  const names = [...users, ...groups.map((group) => `the group ${group}`)];
  if (names.length === 0) return "anybody";
  return names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** At most two filters fit a sentence; the others are counted. */
function filterText(filters: NonNullable<WaitView["filters"]>): string {
  if (filters.length === 0) return "";
  const shown = filters
    .slice(0, 2)
    .map(({ path, op, value }) => `\`${path} ${op}${value === undefined ? "" : ` ${JSON.stringify(value)}`}\``);
  const rest = filters.length - shown.length;
  return ` where ${listed(rest === 0 ? shown : [...shown, `${rest} more hold`])}`;
}

function failed(error: RunError | null, nowMs: number): Headline {
  if (error === null) return { sentence: "It failed.", also: [], tone: "failed" };
  const where = error.stepId === undefined ? "" : ` in \`${error.stepId}\``;
  const when = error.at === undefined ? "" : ` at ${momentText(error.at, nowMs)}`;
  return { sentence: `It failed${where}${when}: \`${error.code}\``, also: [error.message], tone: "failed" };
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
