import { roleSuffices } from "@mainspring/api";
import type { RestartPlanReply } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import { recordAudit } from "@mainspring/store";
import type { RunSummary, TenantDb } from "@mainspring/store";
import { definedMembers } from "../http/defined-members.ts";
import type { Handlers } from "../http/handler.ts";
import { withoutMaskedFinds } from "../present/masked-finds.ts";
import type { TextFilter } from "../present/masked-finds.ts";
import type { RunRedaction } from "../present/redaction.ts";
import type { PlannedChild, PlannedInvocation, RestartPlan } from "../recovery-port.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

/** What is done about runs afterwards: restarting from a step, many at once, and restoring rows from history. */
export function recoveryHandlers({
  store,
  runs,
  redaction,
}: Services): Pick<Handlers<"runs">, "restartFrom" | "bulk" | "rebuild"> {
  const redactionOf = (tenantId: string, runId: string): Promise<RunRedaction> =>
    store.tenant(tenantId, (db) => redaction.ofRun(db, runId));

  const shownOf = async (db: TenantDb, filter: TextFilter, found: readonly RunSummary[]) =>
    filter.q === undefined && filter.state === undefined
      ? found
      : withoutMaskedFinds(
          db,
          filter,
          found,
          await redaction.ofRuns(
            db,
            found.map(({ id }) => id),
          ),
        );

  return {
    async restartFrom({ params, body, idempotencyKey, caller }) {
      const { tenantId } = caller;
      const { dryRun, ...asked } = body;
      const request = {
        ...definedMembers(asked),
        stepPath: body.stepPath,
        reason: body.reason,
        tenantId,
        runId: params.id,
        startedBy: actorOf(caller),
      };
      if (dryRun === true) {
        const plan = await runs.previewRestart(request);
        return { status: 200, body: presentPlan(plan, await redactionOf(tenantId, params.id)) };
      }
      const started = await runs.restartFrom({
        ...request,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const { runId } = started;
      const { stepPath, iteration, version, reason } = body;
      const details = { restartRunId: runId, stepPath, iteration: iteration ?? null, version: version ?? null, reason };
      if (started.created)
        await store.tenant(tenantId, (db) =>
          recordAudit(db, { actor: actorOf(caller), action: "run.restart", subject: `run:${params.id}`, details }),
        );
      return { status: 202, body: { runId }, headers: { location: `/api/v1/runs/${runId}` } };
    },
    async bulk({ body, idempotencyKey, caller }) {
      if (body.action === "delete" && !roleSuffices(caller.role, "admin"))
        throw new MainspringError("FORBIDDEN", {}, "deleting runs needs the role admin");
      const request = {
        tenantId: caller.tenantId,
        action: body.action,
        filter: body.filter ?? {},
        by: actorOf(caller),
        visible: (db: TenantDb, found: readonly RunSummary[]) => shownOf(db, body.filter ?? {}, found),
        ...(body.reason === undefined ? {} : { reason: body.reason }),
        ...(body.planHash === undefined ? {} : { planHash: body.planHash }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
      const report = await (body.dryRun === true ? runs.previewBulk(request) : runs.actInBulk(request));
      return { status: 200, body: { ...report, items: [...report.items] } };
    },
    async rebuild({ params, body, caller }) {
      const { tenantId } = caller;
      const report = await runs.rebuild({ tenantId, runId: params.id, dryRun: body?.dryRun === true });
      if (report.repaired)
        await store.tenant(tenantId, (db) =>
          recordAudit(db, {
            actor: actorOf(caller),
            action: "run.rebuild",
            subject: `run:${params.id}`,
            details: { differences: report.differences.map(({ table, key, kind }) => ({ table, key, kind })) },
          }),
        );
      const redact = await redactionOf(tenantId, params.id);
      const differences = report.differences.map((one) => ({
        ...one,
        history: redact.value(one.history),
        stored: redact.value(one.stored),
      }));
      return { status: 200, body: { ...report, differences } };
    },
  };
}

function presentPlan(plan: RestartPlan, redact: RunRedaction): RestartPlanReply {
  return {
    ...plan,
    iteration: [...plan.iteration],
    reuse: plan.reuse.map((one) => presentInvocation(one, redact)),
    repeat: plan.repeat.map((one) => (one.kind === "child" ? presentChild(one) : presentInvocation(one, redact))),
    offeredEvents: plan.offeredEvents.map((event) => ({
      ...event,
      correlationKey: event.correlationKey === null ? null : redact.text(event.correlationKey),
    })),
  };
}

function presentInvocation(one: PlannedInvocation, redact: RunRedaction): RestartPlanReply["reuse"][number] {
  return { ...one, iteration: [...one.iteration], output: redact.output(one.stepPath, one.output) };
}

function presentChild(one: PlannedChild): RestartPlanReply["repeat"][number] {
  return { ...one, iteration: [...one.iteration] };
}
