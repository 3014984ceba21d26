import type { Json, RunEvent, ValueReference } from "@mainspring/core";

type TaskAnswered = Omit<Extract<RunEvent, { kind: "taskAnswered" }>, "now" | "turn"> & {
  readonly submissionId: string;
};

/** An answer on its way to a run, by update or by signal. */
export interface TaskAnswer {
  readonly taskId: string;
  readonly answer: Json;
  /** Who answers. */
  readonly by: string;
  /** Names the answer: its verdict is found by it. */
  readonly submissionId: string;
  /** An administrator's, whom the form does not bind. A signal never carries it. */
  readonly override?: true;
  /** Of an answer over 1 KiB: where it stands. */
  readonly reference?: ValueReference;
}

/** How an update is answered: what the run did with it. `invalid`: it closed the task, and the step failed by it. */
export interface TaskReply {
  readonly status: "accepted" | "closed" | "invalid";
}

/**
 * What came in as an answer, made whole. Whoever can reach Temporal can send anything: what is missing or of a wrong type finds no task.
 * @param otherwise by which an answer without a submission id is named
 */
export function taskAnswered(given: unknown, otherwise: string, mayOverride: boolean): TaskAnswered {
  const sent = (typeof given === "object" && given !== null ? given : {}) as { readonly [name: string]: unknown };
  const text = (name: string, instead: string): string => (typeof sent[name] === "string" ? sent[name] : instead);
  const reference = referenceIn(sent["reference"]);
  return {
    kind: "taskAnswered",
    taskId: text("taskId", ""),
    answer: (sent["answer"] ?? null) as Json,
    by: text("by", "signal"),
    override: mayOverride && sent["override"] === true,
    submissionId: text("submissionId", otherwise),
    ...(reference === undefined ? {} : { reference }),
  };
}

function referenceIn(given: unknown): ValueReference | undefined {
  const { hash, bytes } = (given ?? {}) as { readonly hash?: unknown; readonly bytes?: unknown };
  return typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) && typeof bytes === "number"
    ? { hash, bytes }
    : undefined;
}
