// Table of contents of `@mainspring/store`.

export { isUuid, openStore } from "./store.ts";
export { roundTrips } from "./pipeline.ts";
export type { PlatformDb, Store, StoreOptions, TenantDb } from "./store.ts";
export { openDispatcher } from "./dispatcher.ts";
export type { Backlog, Dispatcher, Due, Waiting } from "./dispatcher.ts";
export { openReconciler } from "./reconciler.ts";
export type { Reconciler } from "./reconciler.ts";
export { cloneDatabase } from "./cloned-database.ts";
export { fileVariables, loadFileVariables } from "./file-variables.ts";
export { rolePasswordsOf } from "./migrate/role-passwords.ts";
export { migrate } from "./migrate.ts";
export type { MigrateOptions } from "./migrate.ts";
export { roleNames } from "./roles.ts";
export type { RolePasswords } from "./roles.ts";
export type { Channel } from "./listen.ts";
export { newId } from "./ids.ts";
export { isUniqueViolation } from "./unique-violation.ts";
export type { Moment } from "./instants.ts";
export { pageLimitMax } from "./paging.ts";
export type { Page, PageRequest } from "./paging.ts";

export { createTenant, findTenant, getTenant, listTenants, retentionDaysDefault, updateTenant } from "./tenants.ts";
export {
  beginDeletion,
  deleteSomeRows,
  eraseKeys,
  executionsOfRuns,
  finishDeletion,
  noteDeletion,
  openRunsOf,
  proofOfDeletion,
  schedulesOfTenant,
  tenantsBeingDeleted,
  unendedRuns,
} from "./tenant-deletion.ts";
export type { DeletionProof, TenantInUse } from "./tenant-deletion.ts";
export { countTenantRows, exportTenantRows, tenantTables } from "./tenant-rows.ts";
export type { TenantTable } from "./tenant-rows.ts";
export { getQuotas, isWithinQuota, putQuotas, quotaQuestion, stepUsage } from "./quotas.ts";
export type { QuotaQuestion, Quotas, StepUsage } from "./quotas.ts";
export type { DeletionMode, LeftInTemporal, TenantDeletion, TenantRow } from "./tenants.ts";
export {
  calendarNames,
  defaultCalendar,
  deleteCalendar,
  getCalendar,
  listCalendars,
  putCalendar,
} from "./calendars.ts";
export type { CalendarRow } from "./calendars.ts";
export { createApiKey, findApiKey, listApiKeys, revokeApiKey, tenantOfApiKey } from "./api-keys.ts";
export type { ApiKeyRow, AskedAs, Role } from "./api-keys.ts";
export { listAudit, recordAudit, recordFirstAudit, verifyAudit } from "./audit.ts";
export type { AuditEntry, AuditFault, AuditFilter, AuditVerification } from "./audit.ts";
export { deleteSavedView, insertSavedView, listSavedViews } from "./saved-views.ts";
export type { SavedView } from "./saved-views.ts";
export { onceFor, recordDecision } from "./decisions.ts";
export type { NewDecision } from "./decisions.ts";
export { listDecisions } from "./decision-list.ts";
export type { DecisionFilter, DecisionRow } from "./decision-list.ts";
export {
  anyEvent,
  deleteEventType,
  eventTypeRules,
  eventTypeSchemas,
  getEventType,
  listEventTypes,
  putEventType,
} from "./event-types.ts";
export type { EventTypeRow, EventTypeRules } from "./event-types.ts";
export { markTriggersDecided, triggersFor } from "./triggers.ts";
export type { ListeningTrigger } from "./triggers.ts";
export {
  changeSchedule,
  countSchedules,
  decidedTimes,
  decisionAt,
  deleteSchedule,
  forgetDecision,
  getSchedule,
  insertSchedule,
  listSchedules,
  openRunOfSchedule,
  removeSchedules,
  scheduleByRequest,
  scheduleFired,
  scheduleIds,
  scheduleSynced,
} from "./schedules.ts";
export type {
  OwedTick,
  ScheduleChanges,
  ScheduleContent,
  ScheduleCounts,
  ScheduleFilter,
  ScheduleOverlap,
  ScheduleRow,
  ScheduleState,
} from "./schedules.ts";
export { misfitOf, rebindSchedules } from "./schedule-bindings.ts";
export type { Rebound } from "./schedule-bindings.ts";
export { getBlob, getBlobs, putBlob, sweepBlobs } from "./blobs.ts";
export { masterKeysVariable, parseMasterKeys } from "./master-keys.ts";
export type { MasterKey, MasterKeys } from "./master-keys.ts";
export { seal, unseal } from "./sealing.ts";
export type { TenantKey, TenantKeys } from "./tenant-keys.ts";
export { deleteSecret, listSecrets, putSecret, readSecrets, rotateTenantKey, secretNames } from "./secrets.ts";
export type { SecretRow } from "./secrets.ts";
export {
  addWebhookSecret,
  deleteWebhook,
  getWebhook,
  insertWebhook,
  listWebhooks,
  readWebhookSecrets,
  retireWebhookSecret,
  updateWebhook,
  webhookSecretsMax,
} from "./webhooks.ts";
export type { WebhookRow, WebhookScheme, WebhookSecretRow, WebhookSettings } from "./webhooks.ts";
export {
  deleteData,
  getData,
  listData,
  listNamespaces,
  putData,
  sweepData,
  sweepDataWrites,
  writeOnce,
} from "./data-store.ts";
export type { DataDelete, DataPlace, DataPut, DataRow, DataSummary } from "./data-store.ts";

export { getWorkflow, insertWorkflow, listWorkflows, saveDraft } from "./workflows.ts";
export type { WorkflowRow, WorkflowSummary } from "./workflows.ts";
export { callableWorkflows, callersOf } from "./callable-workflows.ts";
export type { CallableWorkflow, CallingVersion } from "./callable-workflows.ts";
export { deleteWorkflow } from "./workflow-deletion.ts";
export type { WorkflowDeletion } from "./workflow-deletion.ts";
export { definitionOf, getProgram, getVersion, insertVersion, listVersions, publishedVersion } from "./versions.ts";
export type { NewVersion, PinnedDefinition, VersionRow, VersionSummary } from "./versions.ts";

export {
  insertRun,
  launchRefused,
  lockStart,
  markCancelRequested,
  runByIdempotencyKey,
  runForStart,
  startFailed,
  startSucceeded,
  voidQueuedStart,
} from "./launch.ts";
export type { NewRun, RunForOpen, RunForStart } from "./launch.ts";
export {
  countFuel,
  countStarts,
  hasLimit,
  holdingLimit,
  holdStart,
  limitReached,
  lockStarts,
  releaseHeld,
  standingRuns,
  startTerms,
  startUsage,
  unconfirmedEnds,
} from "./start-limits.ts";
export { pauseWorkflow, putWorkflowSettings, unpauseWorkflow, unpublishWorkflow } from "./workflow-state.ts";
export type { WorkflowPause, WorkflowSettings } from "./workflow-state.ts";
export type { HoldingLimit, HoldReason, LimitReached, StandingRuns, StartTerms, StartUsage } from "./start-limits.ts";
export { declaresSemantics, keepProgram, parentRun, voidChild } from "./child-runs.ts";
export type { ParentRun } from "./child-runs.ts";
export { countRuns, getRun, listRuns, runForOpen, runInput } from "./runs.ts";
export type { RunFilter, RunRow, RunSummary } from "./runs.ts";
export { confirmEnd, endedOutside } from "./run-ends.ts";
export { registerExecution } from "./executions.ts";
export type { ExecutionOfRun } from "./executions.ts";

export { compareFences } from "./fence.ts";
export type { Fence } from "./fence.ts";
export { journalOf, writeCarried, writeProvisional } from "./journal.ts";
export type { CarriedWrite, LastTask, ProvisionalWrite } from "./journal.ts";
export { segmentTriesMax, takeSegmentToken } from "./segments.ts";
export { runHasEnded } from "./projection/run.ts";
export { projectWholeRun } from "./projection/whole-run.ts";
export type { RunProjection } from "./projection/whole-run.ts";
export type { TaskProjection } from "./projection/tasks.ts";
export { noteAttempt, stepsOf } from "./steps.ts";
export type { StepOfAttempt, StepRow } from "./steps.ts";
export { claimTask, getTask, listTasks, releaseTask, tasksOf } from "./tasks.ts";
export type { TaskFilter, TaskRow, TaskStatus } from "./tasks.ts";
export { deleteForm, formsOf, getForm, listForms, putForm } from "./forms.ts";
export type { FormRow, ListedForm, SystemFormRow } from "./forms.ts";
export { waitingRuns, waitsOf } from "./waits.ts";
export type { WaitingRun, WaitRow } from "./waits.ts";
export {
  eventTypeVersions,
  eventWaitsOf,
  formsOfTasks,
  inputsOf,
  programsAround,
  relatedRuns,
  runsThatMeet,
  secretVersions,
  startingEventsOf,
  stepsByCommand,
  valuesOfSteps,
  waitKeysOf,
} from "./redaction.ts";
export type { RelatedRun } from "./redaction.ts";
export { runDetailOf } from "./run-detail.ts";
export type { RunDetail } from "./run-detail.ts";
export { descendantsOf } from "./lineage.ts";
export type { Descendant, RunDescendants } from "./lineage.ts";
export { rebuildRows } from "./rebuild.ts";
export type { RebuildDifference, RebuiltTable } from "./rebuild.ts";
export { deleteRun, forgetDeleted, forgetOld, rememberedDays, runsPastRetention, tenantIds } from "./run-deletion.ts";
export { putReused } from "./reuse.ts";
export type { Reused } from "./reuse.ts";
export { allInvocationsOf, calledRuns, inboxEvents } from "./restart-facts.ts";
export type { CalledRun, TakenEvent } from "./restart-facts.ts";
export { keepPlan, planKeptMs, planOf } from "./plans.ts";
export type { PlanKind } from "./plans.ts";
export { openWaitsOf } from "./open-waits.ts";
export type { OpenWait } from "./open-waits.ts";
export { snapshotsOf } from "./snapshots.ts";
export type { SnapshotRow } from "./snapshots.ts";

export {
  claimAtOnce,
  claimInvocation,
  invocationFailed,
  invocationLate,
  invocationSucceeded,
  recordNoneAtOnce,
} from "./ledger.ts";
export type { ClaimResult, InvocationClaim } from "./ledger.ts";
export { claimNew, invocationsSucceeded } from "./batch-invocations.ts";
export { insertNoneInvocations, noneAttempts, recordNone } from "./none-invocations.ts";
export type { NoneInvocation } from "./none-invocations.ts";
export { invocationsOf } from "./invocations.ts";
export type { InvocationRow } from "./invocations.ts";

export {
  acceptEvent,
  claimEvent,
  claimEvents,
  claimFailed,
  countBacklog,
  eventDone,
  getEvent,
  payloadsOf,
  keepRefused,
  NoPlaceError,
  listEvents,
} from "./inbox.ts";
export type { EventFilter, InboxRow, InboxState, NewEvent } from "./inbox.ts";
export { countDeadLetters, listDeadLetters, redeliverEvent } from "./dead-letters.ts";
export type { DeadLetter, DeadLetterFilter, Redelivered } from "./dead-letters.ts";
export { eventCounts } from "./event-counts.ts";
export type { EventCounts } from "./event-counts.ts";
export { deliveriesOf, deliveryDone, lockDelivery, offerDelivery } from "./deliveries.ts";
export type { DeliveryRow, DeliveryState } from "./deliveries.ts";
export { takeEarlyEvents } from "./early-events.ts";
export type { EarlyEvents, OpenedWait } from "./early-events.ts";

export {
  answerableRun,
  failingDeliveriesOf,
  nearEventsOf,
  noteRefusedAnswer,
  openStepsOf,
  openTasksOf,
  openWaitRows,
  owedStart,
  runBearings,
  unknownOutcomesOf,
} from "./run-facts.ts";
export type {
  FailingDelivery,
  NearEvent,
  NearEvents,
  OpenStep,
  OpenTask,
  OpenWaitRow,
  OwedStart,
  RunBearings,
  UnknownOutcome,
} from "./run-facts.ts";
