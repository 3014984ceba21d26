// Server and worker that seal what goes to Temporal, and whoever reads it back over HTTP.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { workflowIdOf } from "@mainspring/core";
import { newApiKey, everyPayload } from "@mainspring/runtime/testing";
import { createTenant } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lineProgress } from "../progress.ts";
import { apiOf } from "../start/api.ts";
import { findTemporal } from "../temporal/program.ts";
import { startProduct, type Product } from "./product.ts";

const customer = "Confidential Customer GmbH";
let product: Product;
beforeAll(async () => {
  product = await startProduct({}, { MAINSPRING_ENCRYPT_PAYLOADS: "on" });
});
afterAll(() => product?.close());

test("[SEC-03] encrypted histories are read back through POST /codec/decode by an admin of their tenant and nobody else", async () => {
  const { api, world, url } = product;
  const definition = {
    workflow: "sealed",
    steps: [
      { id: "wait", type: "event.wait", event: "go", correlationKey: { $expr: "payload.customer" }, saveAs: "came" },
      {
        id: "done",
        type: "control.return",
        output: { of: { $expr: "payload.customer" }, by: { $expr: "vars.came.by" } },
      },
    ],
  };
  await api.request("POST", "/workflows", { definition });
  await api.request("POST", "/workflows/sealed/publish");
  const started = await api.request("POST", "/workflows/sealed/runs", { payload: { customer } });
  const runId = String(started.body["runId"]);
  await world.waiting(runId);
  await api.request("POST", "/events", { name: "go", id: "1", correlationKey: customer, payload: { by: customer } });
  expect(await world.ended(runId)).toMatchObject({ status: "SUCCEEDED", output: { of: customer, by: customer } });

  const { kept, payloads } = await everyPayload(world, runId);
  expect(kept).not.toContain("Confidential");
  const body = {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
      ),
      ...(data ? { data: Buffer.from(data).toString("base64") } : {}),
    })),
  };
  const decode = async (key: string) => apiOf(url, key).request("POST", "/codec/decode", body);
  const key = (role: "admin" | "author", tenantId = world.tenantId) => newApiKey(world.store, tenantId, role);
  const read = await decode(await key("admin"));
  expect(read.status).toBe(200);
  const texts = (read.body["payloads"] as { readonly data?: string }[]).map(({ data = "" }) =>
    Buffer.from(data, "base64").toString(),
  );
  expect(texts.filter((text) => text.includes(customer)).length).toBeGreaterThan(2);
  expect(texts.find((text) => text.includes('"by":"Confidential'))).toBeDefined();

  const shown = await temporalShows(runId, [
    "--codec-endpoint",
    `${url}/api/v1/codec`,
    "--codec-auth",
    `Bearer ${await key("admin")}`,
  ]);
  expect(shown).toContain(customer);
  expect(await temporalShows(runId, [])).not.toContain("Confidential");

  expect(await decode(await key("author"))).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  const { id } = await world.store.platform((db) => createTenant(db, { name: "other" }));
  expect(await decode(await key("admin", id))).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
});

/** What Temporal's own command line prints of a run's history, with the payloads in it as text. */
async function temporalShows(runId: string, options: readonly string[]): Promise<string> {
  const program = await findTemporal(
    process.env,
    lineProgress(() => {}),
  );
  const { TEMPORAL_ADDRESS: address = "", TEMPORAL_NAMESPACE: namespace = "" } = product.world.env;
  const place = ["--address", address, "--namespace", namespace, "--workflow-id", workflowIdOf(runId)];
  const args = ["workflow", "show", ...place, "--output", "json", ...options];
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout.replace(/"data": "(.*?)"/g, (_, data: string) => Buffer.from(data, "base64").toString());
}
