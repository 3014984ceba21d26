import type { Instant } from "../../interpreter/transition.ts";
import type { CauseName } from "./cause.ts";
import { failedText } from "./ends.ts";
import type { RunFact } from "./facts.ts";
import { endsSentence, momentText, quoted } from "./text.ts";

/** Why a run stands where it stands, as far as its row and its open waits know it. */
export interface ShortWhy {
  readonly cause: CauseName;
  readonly sentence: string;
  readonly until?: Instant;
}

export interface ShortFacts {
  readonly now: Instant;
  readonly status: string;
  readonly createdAt: Instant;
  readonly error?: RunFact["error"];
  readonly queuedReason?: string;
  /** Open ones, in the order of their steps. */
  readonly waits: readonly {
    readonly stepId: string;
    readonly waitType: string;
    readonly eventName?: string;
    readonly key?: string;
    readonly timeoutAt?: Instant;
  }[];
}

/** A failed run: step and code. A waiting one: for what, with which key, until when. Undefined where the rows do not know. */
export function shortWhy(facts: ShortFacts): ShortWhy | undefined {
  switch (facts.status) {
    case "FAILED":
      return failed(facts);
    case "QUEUED": {
      const held = heldText[facts.queuedReason ?? ""];
      if (held !== undefined) return held;
      return {
        cause: "start-not-relayed",
        sentence: `Accepted at ${momentText(facts.createdAt, facts.now)}, not yet handed to Temporal${facts.queuedReason === undefined ? "." : `: ${endsSentence(facts.queuedReason)}`}`,
      };
    }
    case "WAITING":
    case "PAUSED":
      return waiting(facts);
    default:
      return undefined;
  }
}

/** By the reason on the row of a held start. */
const heldText: { readonly [reason: string]: ShortWhy } = {
  "workflow-paused": { cause: "workflow-paused", sentence: "The workflow is paused; its starts are held." },
  "concurrency-limited": {
    cause: "concurrency-limited",
    sentence: "As many runs are under way as may be at once; it starts when one ends.",
  },
  "over-limit": {
    cause: "over-limit",
    sentence: "What may be used in a minute was used; it starts when there is room again.",
  },
};

function failed({ error }: ShortFacts): ShortWhy | undefined {
  if (error === undefined) return undefined;
  if (error.code === "ENDED_OUTSIDE") return { cause: "ended-outside", sentence: endsSentence(error.message ?? "") };
  if (error.stage === "launch")
    return { cause: "start-refused", sentence: `Temporal refused to start it: ${endsSentence(error.message ?? "")}` };
  return { cause: "failed", sentence: failedText(error) };
}

function waiting({ waits, now, status }: ShortFacts): ShortWhy | undefined {
  const wait = waits.find(({ waitType }) => (waitType === "quota") === (status === "PAUSED")) ?? waits[0];
  if (wait === undefined) return undefined;
  const more = waits.length === 1 ? "" : `, and ${waits.length - 1} more`;
  const until = wait.timeoutAt === undefined ? "" : ` until ${momentText(wait.timeoutAt, now)}`;
  const [cause, what] = waitedFor(wait);
  return {
    cause,
    sentence: `Step ${wait.stepId} waits for ${what}${until}${more}.`,
    ...(wait.timeoutAt === undefined ? {} : { until: wait.timeoutAt }),
  };
}

function waitedFor(wait: ShortFacts["waits"][number]): [CauseName, string] {
  switch (wait.waitType) {
    case "event":
      return ["waiting-event", `event ${wait.eventName ?? ""} with key ${quoted(wait.key ?? "")}`];
    case "time":
      return ["waiting-time", "a time"];
    case "human":
      return ["waiting-task", "a person"];
    case "child":
      return ["waiting-child", `child run ${wait.key ?? ""}`.trimEnd()];
    case "quota":
      return ["quota-paused", "quota"];
    default:
      return ["unknown", wait.waitType];
  }
}
