import type { Json } from "@mainspring/core";
import type { World } from "../testing/world.ts";
import type { Answers, Outside } from "./outside.ts";

/** One way to go through an example, and what must come of it however often its worker dies and its execution continues as new. */
export interface Variant {
  readonly title: string;
  readonly workflow: string;
  /** Workflows of the same folder that it calls. */
  readonly calls?: readonly string[];
  readonly answers: Answers;
  /** The step in a loop whose GET is answered by its turn. */
  readonly polls?: string;
  /** @param run names the run outside: key of its events, id of its order */
  payload(baseUrl: string, run: string): Json;
  /** The event that starts the run, by that trigger, which makes `payload` of it; left out: somebody starts it with `payload`. */
  startedBy?(baseUrl: string, run: string): { readonly name: string; readonly payload: Json; readonly trigger: string };
  /** What people and producers do meanwhile. */
  play?(acting: Acting): Promise<void>;
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  /** `{run}` stands for the run's name. */
  readonly output?: Json;
  /** Members that the output has among others, which are times. */
  readonly outputs?: Readonly<Record<string, Json>>;
  /** Code of the error. */
  readonly error?: string;
  readonly state: string | null;
  readonly trace: readonly string[];
  readonly effects: readonly string[];
  /** Effects that say more than is promised, such as the text of an error; they are looked at by this alone. */
  readonly notices?: RegExp;
  /** Effects of branches, which come in any order. */
  readonly inAnyOrder?: boolean;
  /** An effect that a cancel may come before. */
  readonly mayBeLeftOut?: string;
  /** Authored keys, less the run's name. */
  readonly keys?: readonly string[];
  readonly atOnceMax?: { readonly path: string; readonly count: number };
  /** How long it may take, where that is much. */
  readonly withinMs?: number;
  /** Runs that it called: `workflow STATUS`, sorted. */
  readonly children?: readonly string[];
}

export interface Acting {
  readonly world: World;
  readonly outside: Outside;
  readonly run: string;
  readonly runId: string;
  /** Until the step is WAITING; `place` is `step` or `step[iteration]`. */
  waits(place: string): Promise<void>;
  event(name: string, payload: Json): Promise<void>;
  /** Completes the step's task as soon as it is open. */
  answer(stepId: string, answer: Json): Promise<void>;
  /** An answer that the form does not allow. */
  refused(stepId: string, answer: Json, pointers: readonly string[]): Promise<void>;
  /** The step's wait ends so many business days after it opened, by the tenant's default calendar. */
  expectBusinessWait(stepId: string, days: number): Promise<void>;
}
