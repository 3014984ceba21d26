import type { VersionDiffReply, WhatIfReply } from "@mainspring/api";
import { canonicalHash, definitionChanges, MainspringError } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";
import { getVersion, getWorkflow } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import { publishCatalogue } from "../definitions/publish-catalogue.ts";
import { identityOf, readDefinition } from "../definitions/read-definition.ts";
import type { Handlers } from "../http/handler.ts";
import { presentDivergence } from "../present/insight.ts";
import type { WhatIfOfRun } from "../ports.ts";
import type { RunRedaction } from "../present/redaction.ts";
import type { Services } from "../services.ts";

const changesMax = 500;

/** What can be told of versions and drafts. */
export function workflowInsightHandlers(services: Services): Pick<Handlers<"workflows">, "diff" | "whatIf"> {
  const { store, insight, redaction } = services;
  return {
    async diff({ params: { key }, query: { from, to }, caller }) {
      const [one, other] = await store.tenant(caller.tenantId, async (db) => [
        await documentOf(db, key, from),
        await documentOf(db, key, to),
      ]);
      if (one === undefined || other === undefined) throw new Error("Two documents were read.");
      return { status: 200, body: versionDiff({ version: from, ...one }, { version: to, ...other }) };
    },
    async whatIf({ params: { key }, body, caller: { tenantId } }) {
      const read = await store.tenant(tenantId, async (db) => {
        const row = await getWorkflow(db, key);
        if (row === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
        const sent = body?.definition ?? row.sourceText ?? row.document;
        return readDefinition(sent, await publishCatalogue(services, db));
      });
      if (body?.definition !== undefined && identityOf(read).key !== key)
        throw new MainspringError(
          "WORKFLOW_KEY_MISMATCH",
          {},
          `the definition is of workflow ${identityOf(read).key}, the address of ${key}`,
        );
      const { program, issues } = read;
      if (program === undefined) throw new MainspringError("DEFINITION_INVALID", { issues });
      const reports = await insight.whatIf({
        tenantId,
        workflowKey: key,
        program,
        limit: body?.limit ?? 20,
        ...(body?.runIds === undefined ? {} : { runIds: body.runIds.map((runId) => runId.toLowerCase()) }),
      });
      const items: WhatIfReply["items"] = [];
      for (const report of reports)
        items.push(presentWhatIf(report, await store.tenant(tenantId, (db) => redaction.ofRun(db, report.runId))));
      const count = (verdict: string): number => items.filter((item) => item.verdict === verdict).length;
      return {
        status: 200,
        body: {
          definitionHash: program.definitionHash,
          counts: {
            samePath: count("same-path"),
            diverged: count("diverged"),
            notRecorded: count("not-recorded"),
            payloadRefused: count("payload-refused"),
          },
          items,
          asOf: new Date().toISOString(),
        },
      };
    },
  };
}

function presentWhatIf(
  { runId, version, status, report }: WhatIfOfRun,
  redact: RunRedaction,
): WhatIfReply["items"][number] {
  const { verdict, sentence, path, values, notRecorded, outcome, common } = report;
  return {
    runId,
    version,
    status,
    verdict,
    sentence: redact.text(sentence),
    path: path as WhatIfReply["items"][number]["path"],
    values: values === null ? null : presentDivergence(values, { a: redact, b: redact }),
    notRecorded: notRecorded.map((one) => ({
      ...one,
      iteration: [...one.iteration],
      sentence: redact.text(one.sentence),
    })),
    outcome:
      outcome === undefined
        ? null
        : outcome.status === "succeeded"
          ? { status: outcome.status, output: redact.value(outcome.output) }
          : { status: outcome.status, error: redact.value(outcome.error as unknown as Json) },
    common,
  };
}

interface Side {
  readonly version: number | "draft";
  readonly document: Json;
  readonly definitionHash: string | null;
}

async function documentOf(db: TenantDb, key: string, version: number | "draft"): Promise<Omit<Side, "version">> {
  const row = await getWorkflow(db, key);
  if (row === undefined) throw new MainspringError("WORKFLOW_NOT_FOUND");
  if (version === "draft") return { document: row.document as Json, definitionHash: null };
  const found = await getVersion(db, key, version);
  if (found === undefined) throw new MainspringError("VERSION_NOT_FOUND", { key, version });
  return { document: found.document as Json, definitionHash: found.definitionHash };
}

function versionDiff(from: Side, to: Side): VersionDiffReply {
  const [before, after] = [stepsById(from.document), stepsById(to.document)];
  const ids = (steps: ReadonlyMap<string, string>, keep: (id: string) => boolean): string[] =>
    [...steps.keys()].filter(keep);
  const changes = definitionChanges(from.document, to.document, changesMax);
  return {
    from: { version: from.version, definitionHash: from.definitionHash },
    to: { version: to.version, definitionHash: to.definitionHash },
    same: changes.length === 0,
    steps: {
      added: ids(after, (id) => !before.has(id)),
      removed: ids(before, (id) => !after.has(id)),
      changed: ids(after, (id) => before.has(id) && before.get(id) !== after.get(id)),
    },
    changes: changes.map((change) => ({ ...change })),
  };
}

/** Of each step a hash of its place and of what it says itself; what stands inside it speaks for itself. */
function stepsById(document: Json): Map<string, string> {
  const steps = new Map<string, string>();
  const walk = (value: Json, place: string): Json => {
    if (Array.isArray(value)) return value.map((item, i) => walk(item, isStep(item) ? place : `${place}/${i}`));
    if (typeof value !== "object" || value === null) return value;
    const step = isStep(value) ? ((value as JsonObject)["id"] as string) : undefined;
    const inner = step === undefined ? place : `${place}>${step}`;
    const own: { [name: string]: Json } = {};
    for (const [name, member] of Object.entries(value as JsonObject)) own[name] = walk(member, `${inner}/${name}`);
    if (step === undefined) return own;
    steps.set(step, canonicalHash([place, own]));
    return { step };
  };
  walk(document, "");
  return steps;
}

function isStep(value: Json): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as JsonObject)["id"] === "string" &&
    typeof (value as JsonObject)["type"] === "string"
  );
}
