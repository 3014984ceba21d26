// Table of contents of `@mainspring/core`: everything that runs in the sandbox, the browser and every process.
// What needs a parser (of definitions or expressions) is in `@mainspring/core/compile`.

export type { Json, JsonObject, ReadonlyJson } from "./values/json.ts";
export { isJsonObject } from "./values/json.ts";
export type { Issue } from "./values/issue.ts";
export type { InputProblem, InputProblemCode } from "./values/check-input.ts";
export { checkInput, valueNestingMax } from "./values/check-input.ts";
export { duplicateMember } from "./values/duplicate-member.ts";
export { keyIsRefused } from "./values/keys.ts";
export { pointerKeys, pointerToken } from "./values/pointer.ts";
export type { NotJson, TakenJson } from "./taken/taken-json.ts";
export { parseTakenJson, takeJson } from "./taken/taken-json.ts";
export { storableText, textIsStorable } from "./values/text.ts";

export { canonicalHash } from "./canonical/canonical-hash.ts";
export { canonicalJson } from "./canonical/canonical-json.ts";
export { jsonBytes, jsonTextBytes } from "./canonical/json-bytes.ts";
export { sha256Hex } from "./canonical/sha256.ts";

export {
  answerTaskUpdate,
  currentStepQuery,
  currentWaitQuery,
  eventSignal,
  humanTaskSignal,
  quotaResumeSignal,
  runIdOf,
  runWorkflowType,
  scheduleOfTemporalId,
  scheduleTickType,
  summaryQuery,
  taskCompletedEvent,
  taskQueue,
  temporalScheduleIdOf,
  tenantAttribute,
  tickIdPrefix,
  workflowAttribute,
  workflowIdOf,
} from "./contract/names.ts";
export type { TraceContext } from "./contract/trace-context.ts";
export { parseTraceparent, spanIdOf, traceparentName, traceparentOf } from "./contract/trace-context.ts";
export { packNamePattern, packQueueOf, queueRefusal } from "./contract/queues.ts";
export type { WorkerKind } from "./contract/queues.ts";

export type {
  ActionCallStep,
  ActionEffect,
  ActionFacts,
  Assignments,
  AssignStep,
  CallWorkflowStep,
  ErrorPolicy,
  EventWaitStep,
  FilterOp,
  ForEachStep,
  HumanTaskStep,
  IfStep,
  ParallelStep,
  Program,
  ProgramStep,
  ProgramTrigger,
  RaiseStep,
  RetryPolicy,
  ReturnStep,
  SagaStep,
  SemanticsVersion,
  StateSetStep,
  StepType,
  SwitchStep,
  Target,
  TimeWaitStep,
  TryCatchStep,
  Value,
  When,
  WhileStep,
} from "./program/program.ts";
export { programFormat } from "./program/program.ts";
export type { WorkflowCall } from "./program/called-workflows.ts";
export { calledWorkflows } from "./program/called-workflows.ts";
export type { UnknownPart } from "./program/program-under.ts";
export { programUnder } from "./program/program-under.ts";

export type {
  ActionError,
  BranchResult,
  ChildCall,
  ChildError,
  ChildResult,
  Command,
  CommandError,
  CommandId,
  CommandKind,
  CommandOf,
  Completion,
  Counters,
  EffectPlace,
  Ending,
  EntryKind,
  ErrorCategory,
  Fiber,
  Frame,
  InboundEvent,
  Instant,
  ItemError,
  JournalEntry,
  JournalInput,
  OpenCommand,
  Outcome,
  ReminderEntryData,
  RestartOrigin,
  ResolvedRecurrence,
  ResolvedWhen,
  RunEntryData,
  RunError,
  RunEvent,
  RunState,
  RunStatus,
  StartContext,
  StepEntryData,
  StepPlace,
  StepStatus,
  TaskOffer,
  TaskOutcome,
  Transition,
  Undoable,
  Undoing,
  ValueReference,
  VarsLayer,
  WaitEntryData,
  WaitFilter,
  WaitOutcome,
  WaitType,
} from "./interpreter/transition.ts";

export type { ErrorCatalogue, ErrorEntry } from "./errors/catalogue.ts";
export type { ErrorCode } from "./errors/errors.ts";
export { errors, explainCode } from "./errors/errors.ts";
export { MainspringError } from "./errors/mainspring-error.ts";

export { canAnswer } from "./interpreter/answers.ts";
export { openCommands, restart, resume, start } from "./interpreter/interpret.ts";
export { programIndex } from "./interpreter/program-index.ts";
export { restartMisfits } from "./interpreter/restart.ts";
export { entriesHash, stateHash } from "./interpreter/machine.ts";
export { childReturnOf } from "./interpreter/child-return.ts";
export { childRunIdOf } from "./interpreter/ids.ts";
export { eventMatchesFilters, filterHolds, filterValue } from "./interpreter/filters.ts";
export { nextDelayMs, retryAfterMaxMs } from "./interpreter/retry.ts";
export { inlineValueMaxBytes } from "./interpreter/semantics.ts";
export type { Unsupported } from "./interpreter/unsupported.ts";
export { unperformedSteps, unsupportedSteps } from "./interpreter/unsupported.ts";
export { applyInput, foldBefore, foldJournal, JournalError } from "./journal/fold.ts";
export type { ResolveReference } from "./journal/fold.ts";
export { instantFromMs, instantMs, parseInstantMs } from "./time/instant.ts";

export type { RunMask } from "./redaction/entry-mask.ts";
export { maskEntry, maskError } from "./redaction/entry-mask.ts";
export type { ActionSchemas, SensitiveFacts } from "./redaction/facts.ts";
export { nothingIsSensitive, sensitiveFacts } from "./redaction/facts.ts";
export { placeholderPointers, redactedPlaceholder } from "./redaction/placeholder.ts";
export { hasSensitive, maskBySchema, sensitiveValues } from "./redaction/sensitive.ts";
export { ValueMask } from "./redaction/value-mask.ts";

export type {
  CompiledExpression,
  EvaluateOptions,
  EvaluateResult,
  EvaluationError,
  Scope,
} from "./expression/evaluate.ts";
export { evaluateExpression, fuelPerStep } from "./expression/evaluate.ts";

export type { SystemForm } from "./forms/system-forms.ts";
export { systemForm, systemForms } from "./forms/system-forms.ts";
export { checkSchema } from "./schema/check-schema.ts";
export type { SchemaErrorCode } from "./schema/codes.ts";
export type { SchemaProblem } from "./schema/problem.ts";
export type { MeteredValidation, ValidateOptions } from "./schema/validate.ts";
export { validate, validateFuel, validateMetered } from "./schema/validate.ts";

export type { BusinessSpan, ZoneOffset } from "./calendar/business-time.ts";
export { businessInstant } from "./calendar/business-time.ts";
export type { BusinessCalendar, CalendarDefinition, OpenMinutes } from "./calendar/calendar.ts";
export { compileCalendar } from "./calendar/calendar.ts";

export { clockChanges, isRepetition } from "./schedule/clock-changes.ts";
export type { ZoneOf } from "./schedule/compile-schedule.ts";
export { compileSchedule } from "./schedule/compile-schedule.ts";
export { fires } from "./schedule/fires.ts";
export type { BusinessDays } from "./schedule/preview.ts";
export { isBusinessDay, previewSchedule } from "./schedule/preview.ts";
export type {
  CalendarEntry,
  CompiledSchedule,
  IntervalEntry,
  ScheduleProblem,
  ScheduleRange,
  ScheduleSpec,
} from "./schedule/schedule.ts";

export type { Coverage } from "./scenario/coverage.ts";
export { coverable, mergedCoverage } from "./scenario/coverage.ts";
export type { Reached } from "./scenario/check-expectation.ts";
export { checkExpectation } from "./scenario/check-expectation.ts";
export { inputError } from "./scenario/contracts.ts";
export type { GivenAnswer, MockedTry } from "./scenario/mocks.ts";
export { MockBook } from "./scenario/mocks.ts";
export { runScenario } from "./scenario/run-scenario.ts";
export type { WrittenScenario } from "./scenario/read-scenario.ts";
export { traceOf } from "./scenario/trace.ts";
export type { Skeleton } from "./scenario/skeleton.ts";
export { skeletonOf } from "./scenario/skeleton.ts";
export type {
  ActionContract,
  CalledWorkflow,
  Effect,
  Expectation,
  ExpectedEffect,
  ExpectedStep,
  Mock,
  MockAnswer,
  MockAnswers,
  MockFailure,
  Moment,
  OutsideEvent,
  Scenario,
  ScenarioFailure,
  ScenarioResult,
  ScenarioStatus,
  ScenarioWorld,
  ScheduledAnswer,
  ScheduledEvent,
  StartingEvent,
  TraceStep,
} from "./scenario/scenario.ts";

export type { Cause, CauseName, Evidence, RunWhy } from "./insight/why/cause.ts";
export { causeNames } from "./insight/why/cause.ts";
export type { TriggerEvent, TriggerValues, TriggerVerdict } from "./triggers/evaluate-trigger.ts";
export { evaluateTrigger } from "./triggers/evaluate-trigger.ts";
export { plainValue } from "./triggers/plain-value.ts";
export type { DecisionOutcome } from "./insight/decision.ts";
export { decisionOutcomes } from "./insight/decision.ts";
export type { EventCause, EventFacts, EventWhy } from "./insight/event-why.ts";
export { explainEvent } from "./insight/event-why.ts";
export type { DecisionFacts, NotStarted } from "./insight/not-started.ts";
export { explainDecision } from "./insight/not-started.ts";
export { editDistance } from "./insight/why/closeness.ts";
export { explainRun } from "./insight/why/explain-run.ts";
export type {
  ActivityFact,
  ChildFact,
  DeliveryFact,
  EventWaitFact,
  ExecutionFact,
  JoinFact,
  LimitFact,
  LinesFact,
  NearMissFact,
  QueueFact,
  QuotaFact,
  RunFact,
  RunFacts,
  StartFact,
  StepFact,
  TaskFact,
  UndoingFact,
  UnknownOutcomeFact,
  WaitFact,
  WorkflowTaskFact,
} from "./insight/why/facts.ts";
export { linesOf } from "./insight/why/lines.ts";
export type { StepPlan } from "./insight/why/plan.ts";
export { planOfStep } from "./insight/why/plan.ts";
export type { ShortFacts, ShortWhy } from "./insight/why/short-why.ts";
export { shortWhy } from "./insight/why/short-why.ts";
export type {
  DiffSide,
  DiffStep,
  PathDivergence,
  RunDiff,
  TimingDivergence,
  ValueDivergence,
} from "./insight/diff-runs.ts";
export { diffRuns, timingToleranceMs } from "./insight/diff-runs.ts";
export type { NotRecorded, WhatIf } from "./insight/what-if.ts";
export { whatIf } from "./insight/what-if.ts";
export type { RunMoment, ScopeChange, ShownCall, ShownState, ShownWait } from "./insight/moment.ts";
export { momentAt, showState } from "./insight/moment.ts";
export type { DefinitionChange, ValueChange } from "./insight/value-changes.ts";
export { definitionChanges, valueChanges } from "./insight/value-changes.ts";
export { valueText } from "./insight/why/text.ts";
export { lateAfterMs } from "./insight/why/workers.ts";
