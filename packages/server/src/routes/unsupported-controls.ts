import { contract } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import { getRun } from "@mainspring/store";
import type { FastifyInstance } from "fastify";
import { allow, identify } from "../http/access.ts";
import type { Services } from "../services.ts";
import { keyFinder } from "./api-keys.ts";

/**
 * Controls that older systems have and a run on Temporal has not: one answer for all of them, outside the contract.
 * It changes nothing.
 */
export function registerUnsupportedControls({ store }: Services, platformKey: string): (app: FastifyInstance) => void {
  const findKey = keyFinder(store);
  return (app) => {
    for (const action of ["retry", "resume", "requeue"]) {
      app.post<{ Params: { id: string } }>(`/api/v1/runs/:id/${action}`, async (request) => {
        const caller = await identify(request.headers.authorization, { findKey, platformKey });
        allow(caller, "viewer");
        const runId = request.params.id;
        const isId = contract.runs.get.params.safeParse({ id: runId }).success;
        const run =
          caller.kind === "tenant" && isId ? await store.tenant(caller.tenantId, (db) => getRun(db, runId)) : undefined;
        if (run === undefined) throw new MainspringError("RUN_NOT_FOUND");
        throw new MainspringError(
          "WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED",
          { action, engine: run.engine, runId },
          `a run has no ${action}`,
        );
      });
    }
  };
}
