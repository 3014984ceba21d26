import type pg from "pg";
import { createApiKey } from "../api-keys.ts";
import { recordAudit } from "../audit.ts";
import { recordDecision } from "../decisions.ts";
import { putBlob } from "../blobs.ts";
import { keepProgram } from "../child-runs.ts";
import { registerExecution } from "../executions.ts";
import { putData, writeOnce } from "../data-store.ts";
import { keepPlan } from "../plans.ts";
import { offerDelivery } from "../deliveries.ts";
import { acceptEvent } from "../inbox.ts";
import { writeProvisional } from "../journal.ts";
import { putEventType } from "../event-types.ts";
import { putForm } from "../forms.ts";
import { claimInvocation } from "../ledger.ts";
import { newId } from "../ids.ts";
import { putQuotas } from "../quotas.ts";
import { countStarts, startTerms } from "../start-limits.ts";
import { insertSavedView } from "../saved-views.ts";
import { putSecret } from "../secrets.ts";
import { acceptedRun } from "./test-tenant.ts";
import type { TestTenant } from "./test-tenant.ts";
import { insertVersion } from "../versions.ts";
import { addWebhookSecret, insertWebhook } from "../webhooks.ts";
import { insertSchedule } from "../schedules.ts";
import { getWorkflow, insertWorkflow } from "../workflows.ts";

/** One row in every table of tenants. @param client the owner's, for tables that no role that serves writes */
export async function fillTenant(tenant: TestTenant, client: pg.Client): Promise<void> {
  const runId = await acceptedRun(tenant);
  await tenant.run(async (db) => {
    await createApiKey(db, { name: "k", role: "viewer" });
    await recordAudit(db, { actor: "a", action: "b", subject: "c" });
    await putBlob(db, new TextEncoder().encode("bytes"));
    await insertWorkflow(db, { key: "w", name: "W", document: {} });
    await insertVersion(db, {
      workflowKey: "w",
      document: {},
      definitionHash: "d",
      program: { triggers: [{ id: "t", event: "e" }] },
      programHash: "p",
      semantics: 2,
    });
    await registerExecution(db, { runId, temporalRunId: "t", ordinal: 1 }, async () => true);
    const place = { stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: 1 };
    const at = "2031-01-01T00:00:00.000Z";
    await writeProvisional(db, {
      runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 5 },
      nextSeq: 4,
      entries: [
        { seq: 1, at, kind: "step", status: "RUNNING", ...place },
        {
          seq: 2,
          at,
          kind: "wait",
          waitId: "c1",
          waitType: "event",
          status: "WAITING",
          ...place,
          data: { event: "e", key: "k" },
        },
        {
          seq: 3,
          at,
          kind: "wait",
          waitId: "c2",
          waitType: "human",
          status: "WAITING",
          ...place,
          data: { key: newId(), title: "t", asks: { assignTo: { users: ["u"] } }, form: { schema: {} } },
        },
      ],
    });
    await putForm(db, { name: "f", title: "F", schema: {}, by: "a" });
    await claimInvocation(db, {
      key: "k",
      runId,
      commandId: "c2",
      place,
      action: "a@1",
      effect: "idempotent",
      input: 1,
      inputHash: "h",
      attempt: 1,
      deadlineAt: new Date(),
      owner: "o",
    });
    const { id } = await acceptEvent(db, { source: "s", eventId: "1", name: "e", payload: 1, bodyHash: "b" });
    await offerDelivery(db, { eventId: id, runId });
    await recordDecision(db, { outcome: "no-trigger", eventId: id });
    const workflow = await getWorkflow(db, "w");
    if (workflow === undefined) throw new Error("The workflow is there.");
    await insertSchedule(db, {
      id: newId(),
      workflowId: workflow.id,
      name: "n",
      kind: "once",
      spec: { at },
      compiled: {
        kind: "once",
        zone: "UTC",
        calendars: [],
        skips: [],
        intervals: [],
        refusesRepetition: false,
        untilMs: 0,
      },
      compiledUntil: at,
      specHash: "h",
      payload: {},
      overlap: "skip",
      catchUpMs: 600_000,
      jitterMs: 0,
      businessDays: null,
      note: null,
      state: "active",
      boundVersion: 1,
      temporalScheduleId: "t",
      nextAt: at,
      since: at,
      by: "a",
    });
    await putEventType(db, { name: "e", correlationPaths: [], samples: [], by: "somebody" });
    await keepProgram(db, { programHash: "q", definitionHash: "d", program: {} });
    await putSecret(db, { name: "s", value: "a secret value" });
    await putQuotas(db, { stepsPerMonth: 1_000, startsPerMinute: 1_000 });
    await countStarts(db, await startTerms(db), 1);
    const webhook = await insertWebhook(db, {
      key: "hook",
      scheme: "standard",
      description: null,
      enabled: true,
      eventName: null,
      correlationKey: null,
      headers: [],
      workflow: null,
      replyWaitMs: null,
    });
    await addWebhookSecret(db, { endpointId: webhook?.id ?? "", value: "a webhook's secret" });
    await insertSavedView(db, { list: "runs", name: "v", filter: {}, by: "a" });
    await writeOnce(db, "k", () => putData(db, { namespace: "n", key: "k", value: 1 }));
    await keepPlan(db, { kind: "bulk", id: "p", plan: {} });
  });
  await client.query(
    "insert into workflow_run_snapshots (tenant_id, run_id, id, snapshot_json) values ($1, $2, $3, '{}')",
    [tenant.id, runId, newId()],
  );
}
