import type { AllHandlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actionHandlers } from "./actions.ts";
import { apiKeyHandlers } from "./api-keys.ts";
import { auditHandlers } from "./audit.ts";
import { bundleHandlers } from "./bundles.ts";
import { calendarHandlers } from "./calendars.ts";
import { codecHandlers } from "./codec.ts";
import { dataStoreHandlers } from "./data-store.ts";
import { deadLetterHandlers, redeliveryHandlers } from "./dead-letters.ts";
import { decisionHandlers } from "./decisions.ts";
import { eventTypeHandlers } from "./event-types.ts";
import { eventHandlers } from "./events.ts";
import { formHandlers } from "./forms.ts";
import { healthHandlers } from "./health.ts";
import { platformHandlers } from "./platform.ts";
import { recoveryHandlers } from "./recovery.ts";
import { runHandlers } from "./runs.ts";
import { savedViewHandlers } from "./saved-views.ts";
import { scheduleHandlers } from "./schedules.ts";
import { secretHandlers } from "./secrets.ts";
import { taskHandlers } from "./tasks.ts";
import { usageHandlers } from "./usage.ts";
import { webhookHandlers } from "./webhooks.ts";
import { workflowInsightHandlers } from "./workflow-insight.ts";
import { workflowHandlers } from "./workflows.ts";

/** A handler for every route of the contract. */
export function createHandlers(services: Services): AllHandlers {
  return {
    workflows: { ...workflowHandlers(services), ...workflowInsightHandlers(services), ...bundleHandlers(services) },
    runs: { ...runHandlers(services), ...recoveryHandlers(services) },
    events: { ...eventHandlers(services), ...redeliveryHandlers(services) },
    eventTypes: eventTypeHandlers(services),
    decisions: decisionHandlers(services),
    deadLetters: deadLetterHandlers(services),
    tasks: taskHandlers(services),
    forms: formHandlers(services),
    actions: actionHandlers(services),
    calendars: calendarHandlers(services),
    dataStore: dataStoreHandlers(services),
    schedules: scheduleHandlers(services),
    secrets: secretHandlers(services),
    webhooks: webhookHandlers(services),
    codec: codecHandlers(services),
    apiKeys: apiKeyHandlers(services),
    audit: auditHandlers(services),
    savedViews: savedViewHandlers(services),
    usage: usageHandlers(services),
    platform: platformHandlers(services),
    health: healthHandlers(services),
  };
}
