import type { Instant, RunError, StepPlace, WaitFilter, WaitType } from "../../interpreter/transition.ts";
import type { Json } from "../../values/json.ts";

/*
 * What is known of a run at one moment, from its rows, its execution, its queue and the inbox. Plain JSON: whoever gathers it decides
 * nothing, and whoever explains it asks nobody.
 */

export interface RunFacts {
  readonly now: Instant;
  readonly run: RunFact;
  /** The start that is still owed to Temporal. */
  readonly start?: StartFact;
  /** An operator holds starts of the workflow. */
  readonly workflowPaused?: { readonly at: Instant; readonly by?: string; readonly note?: string };
  /** A limit on what is under way at once holds the start. */
  readonly limit?: LimitFact;
  /** A limit on what may be used in a minute holds the start. */
  readonly startLimit?: {
    readonly of: "startsPerMinute" | "fuelPerMinute";
    readonly limit: number;
    readonly used: number;
    readonly roomAt: Instant;
  };
  /** Left out when Temporal was not asked, or could not answer. */
  readonly execution?: ExecutionFact;
  /** Why Temporal could not be asked. */
  readonly unreachable?: string;
  /** Of the authored-workflow queue; left out unless something is due. */
  readonly queues?: { readonly name: string; readonly workflow: QueueFact; readonly activity: QueueFact };
  /** A worker answered a query just now, within so many ms; left out when none was asked or none answered. */
  readonly answeredInMs?: number;
  /** A query of a run that has ended, which any worker can answer, was answered by none within so many ms. */
  readonly unansweredMs?: number;
  readonly steps: readonly StepFact[];
  readonly waits: readonly WaitFact[];
  /** Calls of this run whose effect may have happened. */
  readonly unknownOutcomes: readonly UnknownOutcomeFact[];
  /** How lines of control hang together; left out where there is one only. */
  readonly lines?: LinesFact;
  /** Writes of the run's entries fail. `entries`: how many more it has than its rows show, where a worker could say so. */
  readonly lag?: { readonly entries?: number; readonly nextAt?: Instant; readonly error?: string };
}

export interface RunFact {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly createdAt: Instant;
  readonly startedAt?: Instant;
  readonly completedAt?: Instant;
  readonly error?: Partial<RunError> & { readonly stage?: string };
  readonly queuedReason?: string;
  readonly cancelRequestedAt?: Instant;
  readonly cancelRequestedBy?: string;
  readonly journalSeq: number;
  readonly stepCount: number;
  readonly isLegacy?: true;
  /** A segment of local calls holds the run's row. */
  readonly segmentTries?: number;
}

export interface StartFact {
  readonly attempts: number;
  readonly lastError?: string;
  readonly dueAt: Instant;
}

export interface LimitFact {
  readonly of: "tenant" | "workflow";
  readonly limit: number;
  readonly running: number;
  readonly oldest: readonly { readonly id: string; readonly workflow: string; readonly startedAt?: Instant }[];
}

export interface ExecutionFact {
  /** Of Temporal: RUNNING, TERMINATED ... or NOT_FOUND. */
  readonly status: string;
  readonly closedAt?: Instant;
  readonly closedBy?: string;
  readonly closeReason?: string;
  readonly cancelRequested?: true;
  readonly historyLength: number;
  readonly historyBytes: number;
  readonly workflowTask?: WorkflowTaskFact;
  readonly activities: readonly ActivityFact[];
}

export interface WorkflowTaskFact {
  readonly isStarted: boolean;
  readonly scheduledAt: Instant;
  readonly startedAt?: Instant;
  readonly attempt: number;
  readonly lastFailure?: {
    readonly message: string;
    readonly cause: string;
    readonly at: Instant;
    readonly worker?: string;
  };
}

/** An activity that Temporal has not seen the end of. */
export interface ActivityFact {
  /** Rises with each call of an execution. */
  readonly number: number;
  readonly name: string;
  readonly isStarted: boolean;
  readonly attempt: number;
  /** While it is not started: when it is due. */
  readonly dueAt?: Instant;
  readonly startedAt?: Instant;
  readonly heartbeatAt?: Instant;
  readonly heartbeatTimeoutMs?: number;
  readonly timeoutMs?: number;
  readonly worker?: string;
  readonly lastFailure?: { readonly kind: "error" | "timeout"; readonly type: string; readonly message: string };
}

export interface QueueFact {
  readonly pollers: readonly { readonly identity: string; readonly lastAccessAt: Instant }[];
  readonly backlog: number;
  readonly backlogAgeMs: number;
  /** Tasks a second. */
  readonly dispatchRate: number;
}

/** A step execution that is open. */
export interface StepFact extends StepPlace {
  readonly type?: string;
  readonly status: string;
  readonly attempt: number;
  readonly startedAt: Instant;
  readonly nextAttemptAt?: Instant;
  readonly error?: Partial<RunError>;
  readonly action?: string;
  readonly maxAttempts?: number;
  /** The author's limit of one try. */
  readonly timeoutMs?: number;
  readonly isLocal?: true;
}

export interface UnknownOutcomeFact {
  readonly invocationId: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly action: string;
  readonly at: Instant;
}

export interface WaitFact extends StepPlace {
  readonly waitId: string;
  readonly waitType: WaitType;
  readonly openedAt: Instant;
  readonly timeoutAt?: Instant;
  /** How its time was computed, such as `2 business days of calendar default`. */
  readonly plan?: string;
  readonly event?: EventWaitFact;
  readonly task?: TaskFact;
  readonly child?: ChildFact;
  readonly quota?: QuotaFact;
}

export interface EventWaitFact {
  readonly name: string;
  readonly key: string;
  readonly filters: readonly WaitFilter[];
  /** Earlier events are not looked at. */
  readonly reachesFrom: Instant;
  readonly nearMisses: readonly NearMissFact[];
  /** Events of that name that came since then without any key. */
  readonly keyless: { readonly count: number; readonly lastAt?: Instant; readonly eventIds: readonly string[] };
  /** Where a key was looked for. */
  readonly pathsTried: readonly string[];
  readonly failingDeliveries: readonly DeliveryFact[];
}

export interface NearMissFact {
  readonly eventId: string;
  readonly name: string;
  readonly key: string;
  readonly at: Instant;
  readonly differs: "key" | "name" | "filter" | "look-back" | "taken";
  /** The first filter that does not hold, and what it found. */
  readonly filter?: { readonly path: string; readonly op: string; readonly value?: Json; readonly found?: Json };
  /** The run that took it. */
  readonly takenBy?: string;
}

export interface DeliveryFact {
  readonly eventId: string;
  readonly attempts: number;
  readonly reason: string;
  readonly nextAt?: Instant;
  readonly since: Instant;
}

export interface TaskFact {
  readonly taskId: string;
  readonly title?: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly dueAt?: Instant;
  readonly claimedBy?: string;
  readonly claimedAt?: Instant;
  readonly remindersSent?: number;
  readonly lastRefusal?: {
    readonly at: Instant;
    readonly by?: string;
    readonly issues: readonly { readonly pointer: string; readonly message: string }[];
  };
}

export interface ChildFact {
  readonly runId: string;
  readonly workflow?: string;
  /** The child's own answer, in short. */
  readonly why?: { readonly cause: string; readonly sentence: string };
}

export interface QuotaFact {
  readonly used?: number;
  readonly quota?: number;
  readonly resumesAt?: Instant;
}

/** What hangs together above the open steps, from the run's recomputed state. */
export interface LinesFact {
  readonly joins: readonly JoinFact[];
  readonly undoing: readonly UndoingFact[];
  /** The run has taken the cancel. */
  readonly cancelTaken: boolean;
}

export interface JoinFact {
  readonly kind: "branches" | "window";
  readonly place: StepPlace;
  readonly done: number;
  readonly total: number;
  /** Of a window: so many may run, and the item of this index waits. */
  readonly concurrency?: number;
  readonly nextItem?: number;
  readonly lines: readonly {
    readonly label: string;
    /** Of the steps at which it stands. */
    readonly executions: readonly number[];
  }[];
}

export interface UndoingFact {
  readonly place: StepPlace;
  /** The step that is being undone; left out in a `finally`. */
  readonly undoes?: { readonly stepId: string; readonly stepPath: string };
  /** Why. */
  readonly after: string;
  readonly left: number;
  readonly until?: Instant;
  readonly executions: readonly number[];
}
