import { z } from "zod";
import type { CalendarDefinition } from "../calendar/calendar.ts";
import type { ErrorCategory, StepStatus } from "../interpreter/transition.ts";
import {
  durationPattern,
  failureCategories,
  failurePattern,
  placePattern,
  tracedPattern,
} from "../scenario/notation.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { calendarSchema } from "./calendar.ts";
import type { ShapeProblem } from "./definition.ts";
import { idPattern } from "./step.ts";
import { actionPattern } from "./steps/action-call.ts";
import { workflowKeyPattern } from "./steps/control-call-workflow.ts";
import type { ValueDefinition } from "./value.ts";
import { value } from "./value.ts";

/** Milliseconds, or text such as `45d` or `2h 30m`. */
export type DurationDefinition = number | string;
/** After the start of the run, or after it came to wait at a step. */
export type MomentDefinition = DurationDefinition | { readonly waits: string; readonly plus?: DurationDefinition };

export interface FailureDefinition {
  readonly category: ErrorCategory;
  readonly code?: string;
  readonly message?: string;
  readonly details?: Json;
  readonly retryAfter?: DurationDefinition;
}

/** Exactly one of output, fail and never. */
export interface MockAnswerDefinition {
  readonly output?: ValueDefinition;
  readonly fail?: string | FailureDefinition;
  readonly never?: true;
  readonly after?: DurationDefinition;
}

export type MockAnswersDefinition = MockAnswerDefinition | readonly MockAnswerDefinition[];

export interface IterationsDefinition {
  readonly iterations: { readonly [iteration: string]: MockAnswersDefinition };
  readonly otherwise?: MockAnswersDefinition;
}

export type MockDefinition = MockAnswersDefinition | IterationsDefinition;

export interface ScheduledEventDefinition {
  readonly name: string;
  readonly key?: string | number;
  /** The same as `key`. */
  readonly correlationKey?: string | number;
  readonly payload?: Json;
  readonly source?: string;
  readonly id?: string;
  readonly at?: MomentDefinition;
}

export interface ScheduledAnswerDefinition {
  readonly step: string;
  readonly answer: Json;
  readonly by?: string;
  readonly at?: MomentDefinition;
  /** True, or the pointer into the answer at which it does not fit the form. */
  readonly refused?: true | string;
}

export interface StartingEventDefinition {
  readonly name: string;
  readonly payload?: Json;
  readonly key?: string | number;
  readonly correlationKey?: string | number;
  readonly source?: string;
  readonly id?: string;
  readonly trigger?: string;
}

export interface ExpectedStepDefinition {
  readonly stepId: string;
  readonly iteration?: readonly number[];
  readonly status?: StepStatus;
  readonly attempt?: number;
}

export interface ExpectedEffectDefinition {
  readonly action?: string;
  readonly stepId?: string;
  readonly iteration?: readonly number[];
  readonly input?: Json;
  readonly attempt?: number;
  readonly key?: string;
  readonly workflow?: string;
}

export interface ExpectationDefinition {
  readonly status?: "succeeded" | "failed" | "canceled" | "waiting";
  readonly trace?: readonly (string | ExpectedStepDefinition)[];
  readonly output?: Json;
  readonly error?: JsonObject;
  readonly vars?: JsonObject;
  readonly state?: Json;
  readonly effects?: readonly (string | ExpectedEffectDefinition)[];
  readonly notCalled?: readonly string[];
  readonly took?: DurationDefinition;
}

/** What all scenarios of a file have, unless they say otherwise. */
export interface ScenarioDefaultsDefinition {
  readonly now?: string;
  readonly payload?: Json;
  readonly mocks?: { readonly [name: string]: MockDefinition };
  readonly workflows?: { readonly [key: string]: MockDefinition };
}

export interface ScenarioDefinition extends ScenarioDefaultsDefinition {
  readonly name: string;
  readonly notes?: string;
  readonly event?: StartingEventDefinition;
  readonly events?: readonly ScheduledEventDefinition[];
  readonly answers?: readonly ScheduledAnswerDefinition[];
  readonly cancelAt?: MomentDefinition;
  readonly virtualOnly?: string;
  readonly expect?: ExpectationDefinition;
}

/** An action that no release of the product has: that of a pack, or of a test. */
export interface ActionDefinition {
  readonly effect?: "none" | "idempotent" | "once";
  readonly execution?: "remote" | "local";
  readonly batch?: boolean;
  readonly timeoutMs?: number;
  readonly input?: JsonObject;
  readonly output?: JsonObject;
}

export interface ScenarioFileDefinition {
  /** The workflow's key; left out: that of the definition beside the file. */
  readonly workflow?: string;
  readonly actions?: { readonly [id: string]: ActionDefinition };
  /** Schemas of forms that tasks name. */
  readonly forms?: { readonly [name: string]: JsonObject };
  /** Business calendars, by name. */
  readonly calendars?: { readonly [name: string]: CalendarDefinition };
  readonly defaults?: ScenarioDefaultsDefinition;
  readonly scenarios: readonly ScenarioDefinition[];
}

export const scenariosMax = 1_000;

const json = z.unknown() as unknown as z.ZodType<Json>;
const duration = z
  .union([z.int(), z.string().regex(durationPattern)])
  .describe("Milliseconds, or text such as 500ms, 20s, 2h 30m, 45d.")
  .meta({ id: "Duration" });

const place = z.string().regex(placePattern).describe("A step's id, in a loop with its turn from 0: ask or ask[1].");
const moment = z
  .union([duration, z.strictObject({ waits: place, plus: duration.optional() })])
  .describe("A time after the start of the run, or { waits: step } for the moment at which it comes to wait there.")
  .meta({ id: "Moment" });

const code = z.string().regex(/^[A-Z][A-Z0-9_]{2,63}$/);

const failure = z
  .union([
    z
      .string()
      .regex(failurePattern)
      .meta({ examples: [...failureCategories] }),
    z.strictObject({
      category: z.enum(failureCategories),
      code: code.optional(),
      message: z.string().max(2_000).optional(),
      details: json.optional(),
      retryAfter: duration.optional(),
    }),
  ])
  .describe("A category, alone or with a code behind it: TransientError HTTP_503; or { category, code, ... }.");

const answer = z
  .strictObject({
    output: value().optional().describe("What the action gives; an expression in it sees input, iteration, attempt."),
    fail: failure.optional(),
    never: z.literal(true).optional().describe("No answer comes: the try ends at its deadline."),
    after: duration.optional().describe("How long the answer takes; left out: no time."),
  })
  .superRefine((given, context) => {
    const given1 = (["output", "fail", "never"] as const).filter((key) => given[key] !== undefined);
    if (given1.length === 1) return;
    const message =
      given1.length === 0
        ? "An answer is one of output, fail and never, and here is none."
        : `An answer is one of output, fail and never, and here are ${given1.join(" and ")}.`;
    context.addIssue({ code: "custom", message, params: { problem: { code: "FIELD_INVALID", pointer: "", message } } });
  })
  .meta({ id: "MockAnswer" });
const answers = z
  .union([answer, z.array(answer).min(1)])
  .describe("One answer for every try, or a list of answers for one try after another.");
const mock = z
  .union([
    answer,
    z.array(answer).min(1),
    z.strictObject({
      iterations: z.record(z.string().regex(/^\d+(\.\d+)*$/), answers),
      otherwise: answers.optional(),
    }),
  ])
  .meta({ id: "Mock" });
const mocks = z.record(z.string().min(1).max(300), mock);

const key = z.union([z.string().min(1).max(1_000), z.number()]);
const eventName = z.string().min(1).max(200);
const iteration = z.array(z.int().min(0)).max(64);
const defaults = {
  now: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("When the run starts; left out: 2030-01-07T09:00:00Z, a Monday."),
  payload: json.optional(),
  mocks: mocks.optional().describe("What actions answer, by step id, <workflow>/<step id> or action."),
  workflows: z
    .record(z.string().regex(workflowKeyPattern), mock)
    .optional()
    .describe("What called workflows give, by key; one that is left out is run, where its definition is beside."),
};

const scenario = z
  .strictObject({
    name: z.string().min(1).max(200),
    notes: z.string().max(10_000).optional(),
    ...defaults,
    event: z
      .strictObject({
        name: eventName,
        payload: json.optional(),
        key: key.optional(),
        correlationKey: key.optional().describe("The same as key."),
        source: z.string().min(1).max(200).optional(),
        id: z.string().min(1).max(200).optional(),
        trigger: z.string().regex(idPattern).optional().describe("Which trigger, where several take the event."),
      })
      .optional()
      .describe("Starts the run by a trigger, instead of payload."),
    events: z
      .array(
        z
          .strictObject({
            name: eventName,
            key: key.optional().describe("The correlation key."),
            correlationKey: key.optional().describe("The same as key."),
            payload: json.optional(),
            source: z.string().min(1).max(200).optional(),
            id: z.string().min(1).max(200).optional().describe("The same id from the same source counts once."),
            at: moment.optional().describe("Left out: at the start."),
          })
          .superRefine((given, context) => {
            if ((given.key === undefined) !== (given.correlationKey === undefined)) return;
            const code = given.key === undefined ? "FIELD_MISSING" : "FIELD_INVALID";
            const message =
              given.key === undefined ? '"key" is missing.' : "key and correlationKey are the same: here are both.";
            context.addIssue({ code: "custom", message, params: { problem: { code, pointer: "/key", message } } });
          }),
      )
      .optional(),
    answers: z
      .array(
        z.strictObject({
          step: place,
          answer: json,
          by: z.string().min(1).max(200).optional(),
          at: moment.optional().describe("Left out: as soon as the task is open."),
          refused: z
            .union([z.literal(true), z.string().regex(/^(\/.*)?$/)])
            .optional()
            .describe(
              "It is expected that the answer is not accepted: true, or where it does not fit, such as /minutes.",
            ),
        }),
      )
      .optional(),
    cancelAt: moment.optional(),
    virtualOnly: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Why it is not run on Temporal, with --real: its output tells of time, for example."),
    expect: z
      .strictObject({
        status: z.enum(["succeeded", "failed", "canceled", "waiting"]).optional(),
        trace: z
          .array(
            z.union([
              z.string().regex(tracedPattern),
              z.strictObject({
                stepId: z.string().regex(idPattern),
                iteration: iteration.optional(),
                status: z.enum(["RUNNING", "WAITING", "SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"]).optional(),
                attempt: z.int().min(1).optional(),
              }),
            ]),
          )
          .optional()
          .describe("All step executions in the order of their start: reserve SUCCEEDED #2, label[1] FAILED."),
        output: json.optional(),
        error: z.record(z.string(), z.unknown()).optional().describe("Members of the error; others are not compared."),
        vars: z.record(z.string(), z.unknown()).optional().describe("By name; others are not compared."),
        state: json.optional(),
        effects: z
          .array(
            z.union([
              z.string().regex(placePattern),
              z.strictObject({
                action: z.string().min(1).optional(),
                stepId: z.string().regex(idPattern).optional(),
                iteration: iteration.optional(),
                input: json.optional(),
                attempt: z.int().min(1).optional(),
                key: z.string().min(1).optional().describe("Its idempotencyKey, where the step has one."),
                workflow: z
                  .string()
                  .optional()
                  .describe("The workflow that made the call, where it was called itself."),
              }),
            ]),
          )
          .optional()
          .describe("All calls that were made, each try for itself."),
        notCalled: z.array(z.string().min(1)).optional().describe("Step ids and actions."),
        took: duration.optional().describe("How long the run takes."),
      })
      .optional(),
  })
  .superRefine((given, context) => {
    if (given.payload === undefined || given.event === undefined) return;
    const message = "A run starts with a payload or by an event, and here are both.";
    context.addIssue({
      code: "custom",
      message,
      params: { problem: { code: "FIELD_INVALID", pointer: "/event", message } },
    });
  })
  .meta({ id: "Scenario" });

const action = z.strictObject({
  effect: z.enum(["none", "idempotent", "once"]).optional().describe("Left out: idempotent."),
  execution: z.enum(["remote", "local"]).optional().describe("Left out: remote."),
  batch: z.boolean().optional(),
  timeoutMs: z.int().min(1).optional().describe("Left out: 30000."),
  input: z.record(z.string(), z.unknown()).optional().describe("The schema of its input."),
  output: z.record(z.string(), z.unknown()).optional().describe("The schema of its output."),
});

let schema: z.ZodType<ScenarioFileDefinition> | undefined;

/** The schema of a scenario file. */
export function scenarioFileSchema(): z.ZodType<ScenarioFileDefinition> {
  schema ??= z
    .strictObject({
      workflow: z
        .string()
        .regex(workflowKeyPattern)
        .optional()
        .describe("The key of the workflow; left out: that of the definition with the same name beside this file."),
      actions: z
        .record(z.string().regex(actionPattern), action)
        .optional()
        .describe("Actions that do not come with the product, such as those of a pack."),
      forms: z
        .record(z.string().min(1).max(200), z.record(z.string(), z.unknown()))
        .optional()
        .describe("Schemas of the forms that tasks name."),
      calendars: z
        .record(z.string().min(1).max(200), calendarSchema)
        .optional()
        .describe("The calendars by which business time is counted."),
      defaults: z.strictObject(defaults).optional().describe("What all scenarios have, unless they say otherwise."),
      scenarios: z.array(scenario).min(1).max(scenariosMax),
    })
    .meta({ id: "ScenarioFile" }) as unknown as z.ZodType<ScenarioFileDefinition>;
  return schema;
}

/** In which places a document is not of the shape of a scenario file. */
export function scenarioProblems(document: unknown): readonly ShapeProblem[] {
  return scenarioFileSchema().safeParse(document).error?.issues ?? [];
}
