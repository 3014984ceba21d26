import type { AllHandlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actionHandlers } from "./actions.ts";
import { apiKeyHandlers } from "./api-keys.ts";
import { calendarHandlers } from "./calendars.ts";
import { eventHandlers } from "./events.ts";
import { formHandlers } from "./forms.ts";
import { healthHandlers } from "./health.ts";
import { platformHandlers } from "./platform.ts";
import { runHandlers } from "./runs.ts";
import { taskHandlers } from "./tasks.ts";
import { workflowHandlers } from "./workflows.ts";

/** A handler for every route of the contract. */
import { usageHandlers } from "./usage.ts";
export function createHandlers(services: Services): AllHandlers {
  return {
    workflows: workflowHandlers(services),
    runs: runHandlers(services),
    events: eventHandlers(services),
    tasks: taskHandlers(services),
    forms: formHandlers(services),
    actions: actionHandlers(services),
    calendars: calendarHandlers(services),
    apiKeys: apiKeyHandlers(services),
    platform: platformHandlers(services),
    health: healthHandlers(services),
  };
}
    usage: usageHandlers(services),
