// Table of contents of `@mainspring/api`: the HTTP contract as data, and the client derived from it.

export { contract, listRoutes } from "./contract.ts";
export type { Contract, NamedRoute } from "./contract.ts";
export { apiPrefix, fullPath } from "./route.ts";
export type { Method, ReadPart, Reply, ReplyOf, Route } from "./route.ts";
export { roleSuffices, tenantRoles } from "./roles.ts";
export type { RouteRole, TenantRole } from "./roles.ts";

export { openapi } from "./openapi/openapi.ts";
export { docsPage, docsStyle } from "./openapi/docs-page.ts";

export { commonProblems, problemCodes, problemFacts } from "./problem/codes.ts";
export type { ProblemCode } from "./problem/codes.ts";
export { problem, problemContentType } from "./problem/problem.ts";
export type { Problem, ProblemIssue } from "./problem/problem.ts";
export { checkShape } from "./problem/check-shape.ts";
export { issueOf } from "./problem/issue.ts";
export { ApiProblem, ApiUnreachable } from "./problem/api-problem.ts";

export { createClient } from "./client/client.ts";
export type { Client } from "./client/client.ts";
export type { CallArguments, CallResult, ClientOptions } from "./client/request.ts";
export type { StreamOptions } from "./client/run-stream.ts";

export { endedStatuses, runStatuses } from "./schemas/run.ts";
export type { BulkReportReply, RebuildReportReply, RestartPlanReply } from "./schemas/recovery.ts";
export type {
  InvocationReply,
  RunCountsReply,
  RunReply,
  RunStarted,
  RunStatusName,
  RunSummary,
  StepReply,
  TimelineItem,
  WaitReply,
} from "./schemas/run.ts";
export type { RunDiffReply, RunMomentReply, RunWhyReply, VersionDiffReply, WhatIfReply } from "./schemas/insight.ts";
export type { CalendarReply } from "./routes/calendars.ts";
export { webhookSchemes, webhookWaitMaxMs } from "./routes/webhooks.ts";
export type { WebhookReply } from "./routes/webhooks.ts";
export type { AuditEntryReply, AuditVerificationReply } from "./routes/audit.ts";
export { deletionModes } from "./routes/platform.ts";
export type { TenantDeletionProgress, TenantDeletionProof, TenantReply } from "./routes/platform.ts";
export { bundleFormat } from "./schemas/bundle.ts";
export type { Bundle, ImportReport } from "./schemas/bundle.ts";
export type { SavedViewReply } from "./routes/saved-views.ts";
export { scheduleOverlaps, scheduleStates } from "./schemas/schedule.ts";
export type { ScheduleReply, ScheduleSpecInput, ScheduleStateName } from "./schemas/schedule.ts";
export { taskStatuses } from "./schemas/task.ts";
export type { FormReply, TaskReply, TaskStatusName } from "./schemas/task.ts";
export type { DecisionReply, EventWhyReply } from "./schemas/decision.ts";
export { eventTypeBody } from "./schemas/event-type.ts";
export type { EventTypeReply } from "./schemas/event-type.ts";
export { redeliveredMax } from "./schemas/dead-letter.ts";
export type { DeadLetterReply, RedeliveryReport } from "./schemas/dead-letter.ts";
export { eventStatuses, newEvent } from "./schemas/event.ts";
export type { DeliveryReply, InboxEvent, NewEvent, Receipt } from "./schemas/event.ts";
export type {
  DraftSaved,
  Published,
  Validation,
  VersionReply,
  VersionSummary,
  WorkflowReply,
  WorkflowSummary,
} from "./schemas/workflow.ts";
export { waitMaxSeconds } from "./routes/runs.ts";
export { seqMax } from "./schemas/values.ts";
