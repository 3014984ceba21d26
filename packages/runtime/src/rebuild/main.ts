// The rebuild process: composition root. Replays one run's histories, answers whoever started it, and ends.
import { MainspringError } from "@mainspring/core";
import { masterKeysVariable, openStore, parseMasterKeys } from "@mainspring/store";
import { temporalClient, temporalFromEnvironment } from "../temporal/connect.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { quietRuntime } from "../worker/quiet-runtime.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import type { RebuildAnswer } from "./rebuild-process.ts";
import { rebuildRun } from "./rebuild-run.ts";

quietRuntime();
// Nobody is left to be answered.
process.once("disconnect", () => process.exit(1));

const [tenantId = "", runId = "", dryRun = ""] = process.argv.slice(2);
const store = openStore({
  url: process.env["DATABASE_URL"] ?? "",
  max: 2,
  masterKeys: parseMasterKeys(process.env[masterKeysVariable]),
});
const place = temporalFromEnvironment(process.env);
const client = temporalClient(store, place);
const answer = await answered();
await client.connection.close();
await store.close();
// Temporal's native library would keep the process.
process.send?.(answer, () => process.exit(0));

async function answered(): Promise<RebuildAnswer> {
  try {
    const parts = { store, client, dataConverter: dataConverter(store, place), bundle: await workflowBundle() };
    return { report: await rebuildRun(parts, { tenantId, runId, dryRun: dryRun === "--dry-run" }) };
  } catch (error) {
    if (error instanceof MainspringError) return { refused: { code: error.code, details: error.details } };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
