import type { ImportReport } from "@mainspring/api";
import { recordAudit } from "@mainspring/store";
import { exportBundle } from "../bundles/export-bundle.ts";
import { importBundle } from "../bundles/import-bundle.ts";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function bundleHandlers(services: Services): Pick<Handlers<"workflows">, "export" | "exportMany" | "import"> {
  const { store } = services;
  return {
    async export({ params: { key }, caller }) {
      const bundle = await store.tenant(caller.tenantId, (db) => exportBundle(db, [key]));
      return {
        status: 200,
        body: bundle,
        headers: { "content-disposition": `attachment; filename="${key}.bundle.json"` },
      };
    },
    exportMany: async ({ body: { keys }, caller }) => ({
      status: 200,
      body: await store.tenant(caller.tenantId, (db) => exportBundle(db, keys)),
    }),
    async import({ query, body, caller }) {
      const { dryRun = query.dryRun === "true", onConflict = query.onConflict, ...bundle } = body;
      const by = actorOf(caller);
      let report: Omit<ImportReport, "dryRun"> | undefined;
      await store
        .tenant(caller.tenantId, async (db) => {
          report = await importBundle(services, db, { bundle, onConflict, by });
          if (dryRun) throw dryRunIsOver;
          if (!hasMade(report)) return;
          const details = { onConflict: onConflict ?? null, ...summaryOf(report) };
          await recordAudit(db, { actor: by, action: "workflow.import", subject: subjectOf(report), details });
        })
        .catch((error: unknown) => {
          if (error !== dryRunIsOver) throw error;
        });
      if (report === undefined) throw new Error("The import made no report.");
      return { status: dryRun || !hasMade(report) ? 200 : 201, body: { dryRun, ...report } };
    },
  };
}

/** Rolls back what a dry run has done: it would happen exactly so. */
const dryRunIsOver = new Error("The dry run is over.");

const parts = ["eventTypes", "forms", "calendars", "schedules", "webhooks"] as const;

function hasMade(report: Omit<ImportReport, "dryRun">): boolean {
  return (
    report.workflows.some(({ result }) => result !== "skipped") ||
    parts.some((part) => report[part].some(({ result }) => result === "created"))
  );
}

function summaryOf(report: Omit<ImportReport, "dryRun">): object {
  const created = parts.map((part) => [
    part,
    report[part].flatMap(({ name, result }) => (result === "created" ? [name] : [])),
  ]);
  return { workflows: report.workflows.map(({ key, result }) => ({ key, result })), ...Object.fromEntries(created) };
}

function subjectOf({ workflows }: Omit<ImportReport, "dryRun">): string {
  return `workflows:${workflows
    .map(({ key }) => key)
    .join(",")
    .slice(0, 400)}`;
}
