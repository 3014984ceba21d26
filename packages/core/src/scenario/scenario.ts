import type { ZoneOffset } from "../calendar/business-time.ts";
import type { BusinessCalendar } from "../calendar/calendar.ts";
import type { ActionFacts, Program, Value } from "../program/program.ts";
import type { Coverage } from "./coverage.ts";
import type { ErrorCategory, Instant, JournalEntry, Outcome, RunState, StepStatus } from "../interpreter/transition.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** A test of one workflow, as `parseScenarios` makes it of a scenario file. Times are virtual. */
export interface Scenario {
  readonly name: string;
  /** Where its text begins, where it has one. */
  readonly line?: number;
  /** The run's payload; left out: null, or what the trigger makes of `event`. */
  readonly payload?: Json;
  /** Starts the run by a trigger. */
  readonly event?: StartingEvent;
  /** When the run starts. */
  readonly now: Instant;
  /** Answers of actions, by `<step id>`, `<workflow>/<step id>` or action. */
  readonly mocks: { readonly [name: string]: Mock };
  /** What called workflows are, by key. */
  readonly workflows: { readonly [key: string]: CalledWorkflow };
  /** Schemas of the forms that tasks name. */
  readonly forms?: { readonly [name: string]: Json };
  /** By which business time is counted. */
  readonly calendars?: { readonly [name: string]: BusinessCalendar };
  readonly events: readonly ScheduledEvent[];
  readonly answers: readonly ScheduledAnswer[];
  readonly cancelAt?: Moment;
  /** Why it is run on the virtual clock alone. */
  readonly virtualOnly?: string;
  readonly expect: Expectation;
}

export interface StartingEvent {
  readonly name: string;
  readonly payload: Json;
  readonly key?: string;
  readonly source?: string;
  readonly id?: string;
  /** Which trigger, where several react to the event. */
  readonly trigger?: string;
}

/** A workflow that is called: it is run, or where there is a mock that stands in for it. */
export type CalledWorkflow =
  | { readonly program: Program; readonly mock?: Mock }
  | { readonly program?: Program; readonly mock: Mock };

/** So long after the start (before it, if negative), or after the run first came to wait at a step. */
export type Moment =
  | { readonly ms: number }
  | { readonly waits: string; readonly iteration?: readonly number[]; readonly plusMs: number };

/** What a call is answered: in its iteration (`2` or `2.0`), else otherwise. */
export interface Mock {
  readonly iterations?: { readonly [iteration: string]: MockAnswers };
  readonly otherwise?: MockAnswers;
}

/** One answer for each try, or answers for one try after another. */
export type MockAnswers = { readonly always: MockAnswer } | { readonly inTurn: readonly MockAnswer[] };

export type MockAnswer = { readonly afterMs: number } & (
  | { readonly output: Value }
  | { readonly fail: MockFailure }
  | { readonly never: true }
);

export interface MockFailure {
  readonly category: ErrorCategory;
  readonly code: string;
  readonly message?: string;
  readonly details?: Json;
  /** As a `Retry-After` of the other side. */
  readonly retryAfterMs?: number;
}

export interface ScheduledEvent {
  readonly name: string;
  readonly key: string;
  readonly payload: Json;
  readonly source?: string;
  /** The same id from the same source counts once. */
  readonly id?: string;
  readonly at: Moment;
}

export interface ScheduledAnswer {
  readonly step: string;
  readonly iteration?: readonly number[];
  readonly answer: Json;
  readonly by?: string;
  /** Left out: as soon as the task is open. */
  readonly at?: Moment;
  /** The answer does not fit the form, or comes too late; a pointer says where it does not fit. */
  readonly refused?: true | string;
}

/** What is left out is not compared; that the run ends well is expected unless `error` or `status` says otherwise. */
export interface Expectation {
  readonly status?: ScenarioStatus;
  readonly trace?: readonly ExpectedStep[];
  readonly output?: Json;
  /** Members of the error; those left out are not compared. */
  readonly error?: JsonObject;
  /** By name; those left out are not compared. */
  readonly vars?: JsonObject;
  readonly state?: Json;
  readonly effects?: readonly ExpectedEffect[];
  /** Step ids and actions. */
  readonly notCalled?: readonly string[];
  /** Virtual time from the start to the end. */
  readonly tookMs?: number;
}

/** `waiting`: nothing more can happen, and the run has not ended. */
export type ScenarioStatus = Outcome["status"] | "waiting";

export interface ExpectedStep {
  readonly stepId: string;
  readonly iteration?: readonly number[];
  readonly status?: StepStatus;
  readonly attempt?: number;
}

export interface ExpectedEffect {
  readonly action?: string;
  readonly stepId?: string;
  readonly iteration?: readonly number[];
  readonly input?: Json;
  readonly attempt?: number;
  readonly key?: string;
  /** Of a run that the run called. */
  readonly workflow?: string;
}

/** A step execution, in the order of their start, with its last status. */
export interface TraceStep {
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly status: StepStatus;
  readonly attempt?: number;
}

/** A try of a call that reached the action. */
export interface Effect {
  readonly action: string;
  readonly stepId: string;
  readonly iteration: readonly number[];
  /** As the action receives it. */
  readonly input: Json;
  readonly attempt: number;
  /** The authored key of the step, the same in all tries. */
  readonly key?: string;
  /** After the start of the run. */
  readonly atMs: number;
  /** Set for calls of a run that the run called. */
  readonly workflow?: string;
}

/** A difference between what was expected and what was seen. */
export interface ScenarioFailure {
  /** RFC 6901 pointer into the scenario: `/expect/output/total`. */
  readonly path: string;
  /** A sentence. */
  readonly message: string;
  readonly expected?: Json;
  readonly seen?: Json;
  /** Of lists: lines that begin with `  ` (both), `- ` (expected) or `+ ` (seen). */
  readonly diff?: readonly string[];
}

export interface ScenarioResult {
  readonly trace: readonly TraceStep[];
  /** Undefined while the run waits, and where the scenario could not go on. */
  readonly outcome: Outcome | undefined;
  readonly vars: { readonly [name: string]: Json };
  readonly state: Json;
  readonly effects: readonly Effect[];
  /** None: the scenario passes. */
  readonly failures: readonly ScenarioFailure[];
  readonly journal: readonly JournalEntry[];
  /** Virtual time from the start to the end, or to the moment after which nothing could happen. */
  readonly tookMs: number;
  readonly outside: readonly OutsideEvent[];
  /** The longest timer that ran to its end. */
  readonly longestTimerMs: number;
  /** What the run, and those it called, went through, by workflow. */
  readonly coverage: { readonly [workflow: string]: Coverage };
}

/** Something that came from outside: an event, an answer or a cancel. */
export interface OutsideEvent {
  /** RFC 6901 pointer into the scenario: `/events/0`. */
  readonly path: string;
  /** How many entries the journal of the run under test had by then. */
  readonly entries: number;
  /** How many calls had been made by then, by runs that it called too. */
  readonly effects: number;
}

/** What a scenario may know beside the program. */
export interface ScenarioWorld {
  /** Inputs are checked against these, as a worker does; and the outputs of mocks, so that they do not drift. */
  readonly actions?: readonly ActionContract[];
  /** The clocks of a zone, for business time; undefined for a zone that is not known. Left out: none is. */
  readonly zoneOffset?: (zone: string) => ZoneOffset | undefined;
  /** Applied to the state between any two events of a run, as when it is carried to another execution. */
  readonly checkpoint?: (state: RunState) => RunState;
}

export interface ActionContract extends Partial<ActionFacts> {
  readonly id: string;
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
}
