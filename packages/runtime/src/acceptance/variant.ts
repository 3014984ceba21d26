import type { Json } from "@mainspring/core";
import type { World } from "../testing/world.ts";
import type { Answers, Outside } from "./outside.ts";

/** One way to go through an example, and what must come of it however often its worker dies and its execution continues as new. */
export interface Variant {
  readonly title: string;
  readonly workflow: string;
  readonly answers: Answers;
  /** @param run names the run outside: key of its events, id of its order */
  payload(baseUrl: string, run: string): Json;
  /** What people and producers do meanwhile. */
  play?(acting: Acting): Promise<void>;
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  /** `{run}` stands for the run's name. */
  readonly output?: Json;
  /** Code of the error. */
  readonly error?: string;
  readonly state: string | null;
  readonly trace: readonly string[];
  readonly effects: readonly string[];
}

export interface Acting {
  readonly world: World;
  readonly outside: Outside;
  readonly run: string;
  readonly runId: string;
  /** Until the step is WAITING; `place` is `step` or `step[iteration]`. */
  waits(place: string): Promise<void>;
  event(name: string, payload: Json): Promise<void>;
}
