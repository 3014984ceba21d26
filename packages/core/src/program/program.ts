import type { CompiledExpression } from "../expression/evaluate.ts";
import type { Json } from "../values/json.ts";

/** The format of programs that this interpreter reads; a program carries the one it was written in. */
export const programFormat = 1;

/** What publishing compiles a definition to: plain JSON, immutable, addressed by `programHash`. */
export interface Program {
  readonly format: typeof programFormat;
  readonly workflow: string;
  readonly semantics: SemanticsVersion;
  readonly definitionHash: string;
  /** SHA-256 of the canonical JSON of everything else in the program. */
  readonly programHash: string;
  readonly payloadSchema?: Json;
  readonly triggers?: readonly ProgramTrigger[];
  readonly steps: readonly ProgramStep[];
}

/** Starts a run for each event of that name for which `when` holds; both values see `event`. */
export interface ProgramTrigger {
  readonly id: string;
  readonly event: string;
  readonly when?: Value;
  /** Left out: the event's payload. */
  readonly payload?: Value;
}

export type SemanticsVersion = 1 | 2;

/** A value of the definition, compiled. Only `action.call` inputs may hold secrets. */
export type Value =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "expr"; readonly expression: CompiledExpression }
  | { readonly kind: "secret"; readonly name: string; readonly format?: string }
  | { readonly kind: "object"; readonly entries: readonly (readonly [key: string, value: Value])[] }
  | { readonly kind: "array"; readonly items: readonly Value[] };

/** Where a result is written: `["vars", "a", "b"]` or `["payload", "a"]`. */
export type Target = readonly [scope: "vars" | "payload", ...path: string[]];

export type When =
  | { readonly kind: "durationMs"; readonly durationMs: Value }
  | { readonly kind: "until"; readonly until: Value }
  | { readonly kind: "business"; readonly days?: Value; readonly hours?: Value; readonly calendar: string };

export type ActionEffect = "none" | "idempotent" | "once";

/** What the catalogue said of the action when the definition was published. */
export interface ActionFacts {
  readonly effect: ActionEffect;
  readonly execution: "remote" | "local";
  readonly batch: boolean;
  readonly timeoutMs: number;
}

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly backoffMultiplier: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
  /** Error categories or codes. */
  readonly retryOn: readonly string[];
}

export interface ErrorPolicy {
  readonly policy: "fail" | "continue";
  readonly captureErrorAs?: Target;
}

interface StepCommon {
  readonly id: string;
  /** Such as `root.steps[2].then.steps[0]`. */
  readonly path: string;
  readonly name?: string;
  /** Left out of the run, shown as SKIPPED. */
  readonly disabled?: true;
}

export type Assignments = readonly { readonly target: Target; readonly value: Value }[];

export interface ActionCallStep extends StepCommon {
  readonly type: "action.call";
  /** `<pack>.<name>@<major>` */
  readonly action: string;
  readonly facts: ActionFacts;
  readonly input: Value;
  readonly saveAs?: Target;
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: Value;
  readonly onError?: ErrorPolicy;
  readonly idempotencyKey?: Value;
  readonly compensate?: readonly ProgramStep[];
}

export interface AssignStep extends StepCommon {
  readonly type: "transform.assign";
  readonly assign: Assignments;
}

export interface StateSetStep extends StepCommon {
  readonly type: "state.set";
  readonly state: Value;
}

export interface IfStep extends StepCommon {
  readonly type: "control.if";
  readonly condition: Value;
  readonly then: readonly ProgramStep[];
  readonly else?: readonly ProgramStep[];
}

export interface SwitchStep extends StepCommon {
  readonly type: "control.switch";
  readonly cases: readonly { readonly when: Value; readonly steps: readonly ProgramStep[] }[];
  readonly default?: readonly ProgramStep[];
}

export interface ForEachStep extends StepCommon {
  readonly type: "control.forEach";
  readonly items: Value;
  readonly itemVar?: string;
  readonly body: readonly ProgramStep[];
  readonly concurrency?: Value;
  readonly onItemError?: "fail" | "continue";
  readonly collect?: { readonly value: Value; readonly saveAs: Target };
  readonly maxItems?: Value;
}

export interface WhileStep extends StepCommon {
  readonly type: "control.while";
  readonly condition: Value;
  readonly body: readonly ProgramStep[];
  readonly maxIterations: Value;
}

export interface ParallelStep extends StepCommon {
  readonly type: "control.parallel";
  readonly branches: readonly { readonly id: string; readonly steps: readonly ProgramStep[] }[];
  /** A quorum is computed when the step begins; a literal is written as it is. */
  readonly completion: "all" | "any" | { readonly quorum: number | Value };
  readonly saveAs?: Target;
}

export interface TryCatchStep extends StepCommon {
  readonly type: "control.tryCatch";
  readonly try: readonly ProgramStep[];
  readonly catch?: readonly ProgramStep[];
  readonly captureErrorAs?: Target;
  /** Categories or codes; left out: every catchable error. */
  readonly catchOn?: readonly string[];
  readonly finally?: readonly ProgramStep[];
}

export interface SagaStep extends StepCommon {
  readonly type: "control.saga";
  readonly body: readonly ProgramStep[];
  /** Milliseconds, computed when the saga begins; a literal is written as it is. */
  readonly compensateTimeoutMs?: number | Value;
}

export interface CallWorkflowStep extends StepCommon {
  readonly type: "control.callWorkflow";
  readonly workflow: string;
  /** Bound at publish, or found at the call. */
  readonly version: number | "latest";
  readonly input: Value;
  readonly saveAs?: Target;
  readonly output?: Assignments;
  readonly retry?: RetryPolicy;
  readonly onError?: ErrorPolicy;
}

export interface ReturnStep extends StepCommon {
  readonly type: "control.return";
  readonly output?: Value;
}

export interface RaiseStep extends StepCommon {
  readonly type: "control.raise";
  readonly code: Value;
  readonly message: Value;
  readonly details?: Value;
}

export type FilterOp =
  | "="
  | "!="
  | "in"
  | "not_in"
  | "exists"
  | "not_exists"
  | ">"
  | ">="
  | "<"
  | "<="
  | "contains"
  | "starts_with"
  | "ends_with";

export interface EventWaitStep extends StepCommon {
  readonly type: "event.wait";
  readonly event: Value;
  readonly correlationKey: Value;
  readonly filters?: readonly {
    readonly path: string;
    readonly op: FilterOp;
    readonly value?: Value;
    readonly valuePath?: string;
  }[];
  readonly timeout?: When;
  readonly lookbackMs?: Value;
  readonly saveAs?: Target;
  readonly assign?: Assignments;
}

export interface TimeWaitStep extends StepCommon {
  readonly type: "time.wait";
  readonly when: When;
  readonly assign?: Assignments;
}

export interface HumanTaskStep extends StepCommon {
  readonly type: "human.task";
  readonly title: Value;
  readonly description?: Value;
  readonly context?: Value;
  readonly assignTo: { readonly users?: Value; readonly groups?: Value };
  /** A schema, or the name of a form of the tenant or of the system. */
  readonly form: { readonly schema: Json } | { readonly ref: string };
  readonly due?: When;
  readonly reminders?: { readonly every: When; readonly max: Value };
  readonly timeout?: When;
  readonly saveAs?: Target;
  readonly assign?: Assignments;
}

export type ProgramStep =
  | ActionCallStep
  | AssignStep
  | StateSetStep
  | IfStep
  | SwitchStep
  | ForEachStep
  | WhileStep
  | ParallelStep
  | TryCatchStep
  | SagaStep
  | CallWorkflowStep
  | ReturnStep
  | RaiseStep
  | EventWaitStep
  | TimeWaitStep
  | HumanTaskStep;

export type StepType = ProgramStep["type"];
