import type { Command } from "commander";
import type { Program } from "../verb.ts";
import { actionsList } from "./actions/list.ts";
import { actionsShow } from "./actions/show.ts";
import { apiKeysCreate } from "./api-keys/create.ts";
import { apiKeysList } from "./api-keys/list.ts";
import { apiKeysRevoke } from "./api-keys/revoke.ts";
import { auditList } from "./audit/list.ts";
import { auditVerify } from "./audit/verify.ts";
import { calendarsDelete } from "./calendars/delete.ts";
import { calendarsList } from "./calendars/list.ts";
import { calendarsSet } from "./calendars/set.ts";
import { calendarsShow } from "./calendars/show.ts";
import { completion } from "./completion/completion.ts";
import { deadLettersList } from "./dead-letters/list.ts";
import { deadLettersRedeliver } from "./dead-letters/redeliver.ts";
import { dev } from "./dev/dev.ts";
import { eventTypesDelete } from "./event-types/delete.ts";
import { eventTypesList } from "./event-types/list.ts";
import { eventTypesSet } from "./event-types/set.ts";
import { eventTypesShow } from "./event-types/show.ts";
import { eventsList } from "./events/list.ts";
import { eventsRedeliver } from "./events/redeliver.ts";
import { eventsSend } from "./events/send.ts";
import { eventsWhy } from "./events/why.ts";
import { explain } from "./explain/explain.ts";
import { migrate } from "./migrate/migrate.ts";
import { publish } from "./publish/publish.ts";
import { run } from "./run/run.ts";
import { runsAt } from "./runs/at.ts";
import { runsBulk } from "./runs/bulk.ts";
import { runsCancel } from "./runs/cancel.ts";
import { runsDiff } from "./runs/diff.ts";
import { runsExport } from "./runs/export.ts";
import { runsList } from "./runs/list.ts";
import { runsQuotaResume } from "./runs/quota-resume.ts";
import { runsRebuild } from "./runs/rebuild.ts";
import { runsReplay } from "./runs/replay.ts";
import { runsRestartFrom } from "./runs/restart-from.ts";
import { runsShow } from "./runs/show.ts";
import { runsWatch } from "./runs/watch.ts";
import { runsWhy } from "./runs/why.ts";
import { schedulesBackfill } from "./schedules/backfill.ts";
import { schedulesCreate, schedulesUpdate } from "./schedules/create.ts";
import { schedulesDelete } from "./schedules/delete.ts";
import { schedulesList } from "./schedules/list.ts";
import { schedulesPreview } from "./schedules/preview.ts";
import { schedulesShow } from "./schedules/show.ts";
import { schedulesDisable, schedulesEnable, schedulesPause, schedulesUnpause } from "./schedules/state.ts";
import { secretsDelete } from "./secrets/delete.ts";
import { secretsList } from "./secrets/list.ts";
import { secretsRotateKey } from "./secrets/rotate-key.ts";
import { secretsSet } from "./secrets/set.ts";
import { server } from "./server/server.ts";
import { tasksClaim, tasksRelease } from "./tasks/claim.ts";
import { tasksComplete, tasksOverride } from "./tasks/complete.ts";
import { tasksList } from "./tasks/list.ts";
import { tasksShow } from "./tasks/show.ts";
import { tenantsCreate } from "./tenants/create.ts";
import { tenantsDelete } from "./tenants/delete.ts";
import { tenantsExport } from "./tenants/export.ts";
import { tenantsList } from "./tenants/list.ts";
import { tenantsShow } from "./tenants/show.ts";
import { tenantsSuspend, tenantsUnsuspend } from "./tenants/suspend.ts";
import { test } from "./test/test.ts";
import { usage } from "./usage/usage.ts";
import { validate } from "./validate/validate.ts";
import { webhooksCreate } from "./webhooks/create.ts";
import { webhooksDelete } from "./webhooks/delete.ts";
import { webhooksList } from "./webhooks/list.ts";
import { webhooksRotate } from "./webhooks/rotate.ts";
import { webhooksShow } from "./webhooks/show.ts";
import { worker } from "./worker/worker.ts";
import { workflowsDiff } from "./workflows/diff.ts";
import { workflowsExport } from "./workflows/export.ts";
import { workflowsImport } from "./workflows/import.ts";
import { workflowsList } from "./workflows/list.ts";
import { workflowsShow } from "./workflows/show.ts";
import {
  workflowsDelete,
  workflowsPause,
  workflowsSettings,
  workflowsUnpause,
  workflowsUnpublish,
} from "./workflows/state.ts";
import { workflowsWhatIf } from "./workflows/what-if.ts";

type AddVerb = (program: Program, parent: Command) => void;

/** Adds every command, grouped as the help shows them. */
export function addCommands(program: Program, root: Command): void {
  const verbs = (...add: readonly AddVerb[]): void => {
    for (const one of add) one(program, root);
  };
  const noun = (name: string, summary: string, ...add: readonly AddVerb[]): void => {
    const command = root.command(name).summary(summary).description(summary).helpCommand(false);
    for (const one of add) one(program, command);
  };

  root.commandsGroup("Authoring:");
  verbs(validate, test, publish);
  noun(
    "workflows",
    "what is published, and drafts",
    workflowsList,
    workflowsShow,
    workflowsDiff,
    workflowsWhatIf,
    workflowsExport,
    workflowsImport,
    workflowsPause,
    workflowsUnpause,
    workflowsSettings,
    workflowsUnpublish,
    workflowsDelete,
  );
  noun("actions", "what steps can call", actionsList, actionsShow);
  root.commandsGroup("Running:");
  verbs(run);
  noun(
    "runs",
    "executions of workflows",
    runsList,
    runsShow,
    runsWatch,
    runsWhy,
    runsAt,
    runsDiff,
    runsCancel,
    runsQuotaResume,
    runsReplay,
    runsRestartFrom,
    runsBulk,
    runsExport,
    runsRebuild,
  );
  noun("events", "facts from outside", eventsSend, eventsList, eventsWhy, eventsRedeliver);
  noun("dead-letters", "events and signals that were given up", deadLettersList, deadLettersRedeliver);
  noun(
    "event-types",
    "what is known of events of a name",
    eventTypesList,
    eventTypesShow,
    eventTypesSet,
    eventTypesDelete,
  );
  noun(
    "tasks",
    "what runs ask of people",
    tasksList,
    tasksShow,
    tasksClaim,
    tasksRelease,
    tasksComplete,
    tasksOverride,
  );
  root.commandsGroup("Operating:");
  noun(
    "schedules",
    "runs that are started by time",
    schedulesList,
    schedulesShow,
    schedulesCreate,
    schedulesUpdate,
    schedulesPause,
    schedulesUnpause,
    schedulesDisable,
    schedulesEnable,
    schedulesPreview,
    schedulesBackfill,
    schedulesDelete,
  );
  noun("calendars", "when business is done", calendarsList, calendarsShow, calendarsSet, calendarsDelete);
  noun("secrets", "what steps may use and nobody sees", secretsSet, secretsList, secretsDelete, secretsRotateKey);
  noun(
    "webhooks",
    "addresses at which others tell of events",
    webhooksCreate,
    webhooksList,
    webhooksShow,
    webhooksRotate,
    webhooksDelete,
  );
  verbs(usage);
  noun("api-keys", "who may use the tenant", apiKeysCreate, apiKeysList, apiKeysRevoke);
  verbs(dev, server, worker, migrate);
  noun("audit", "who changed what", auditList, auditVerify);
  noun(
    "tenants",
    "owners of workflows and runs",
    tenantsList,
    tenantsShow,
    tenantsCreate,
    tenantsSuspend,
    tenantsUnsuspend,
    tenantsExport,
    tenantsDelete,
  );
  root.commandsGroup("Help:");
  verbs(explain, completion);
}
