import { readFile } from "node:fs/promises";
import { ApiProblem, createClient, runStatuses, type RunStatusName } from "@mainspring/api";
import type { Request } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addLegacyRuns } from "../testing/legacy-runs.ts";
import { openStudio, publish, reaches, start, type Studio, type StudioPage, type Tenant } from "../testing/studio.ts";
import { failing, gatedOrder, mending, withSecret } from "../testing/workflows.ts";

let studio: Studio;
let tenant: Tenant;
let legacy: { readonly [status in RunStatusName]: string };

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Controls");
  for (const definition of [failing(studio.shop.url), gatedOrder(studio.shop.url, "held"), withSecret(studio.shop.url)])
    await publish(tenant.client, definition);
  legacy = await addLegacyRuns(studio, tenant);
});
afterAll(() => studio?.stop());

const control = (page: StudioPage, name: string) =>
  page.getByRole("group", { name: "What can be done with this run" }).getByRole("button", { name, exact: true });

/** The requests that the page sends from now on. They are listened to, not held: the server gets them. */
function listen(page: StudioPage, part: string): Request[] {
  const sent: Request[] = [];
  page.on("request", (request) => {
    if (request.url().includes(part)) sent.push(request);
  });
  return sent;
}

async function secretRun(): Promise<string> {
  const runId = await start(tenant.client, "with-secret", {
    orderId: "o-17",
    card: "4111-1111-1111-1111",
    lines: ["tea"],
  });
  await reaches(tenant.client, runId, "SUCCEEDED");
  return runId;
}

const newRunOf = (page: StudioPage, old: string): Promise<string> =>
  page
    .waitForURL((url) => /\/runs\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.endsWith(old))
    .then(() => page.url().slice(-36));

const storedInput = async (runId: string): Promise<unknown> =>
  (await studio.sql("select input_json from workflow_runs where id = $1", [runId]))[0]?.["input_json"];

test("[UI-01] a run offers Replay and Export in every status, Cancel while it is open, and never Retry, Resume or Requeue", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.admin });
  for (const status of runStatuses) {
    await page.goto(`${studio.url}/runs/${legacy[status]}`);
    await control(page, "Replay").waitFor();
    for (const name of ["Restart from step", "Export"]) expect(await control(page, name).count(), name).toBe(1);
    expect(await control(page, "Continue despite quota").count(), status).toBe(status === "PAUSED" ? 1 : 0);
    const isOpen = !["SUCCEEDED", "FAILED", "CANCELED"].includes(status);
    expect(await control(page, "Cancel").count(), status).toBe(isOpen ? 1 : 0);
    for (const role of ["button", "link", "menuitem"] as const)
      expect(await page.getByRole(role, { name: /retry|resume|requeue/i }).count(), `${status} ${role}`).toBe(0);
  }
});

test("[UI-09] a run of an earlier engine shows its stored snapshots", async () => {
  const page = await studio.page(`/runs/${legacy.SUCCEEDED}`, { apiKey: tenant.keys.viewer });
  const snapshots = page.getByRole("list", { name: /^Stored snapshots/ });
  await snapshots.getByText("root.steps[0]", { exact: true }).waitFor();
  expect(await snapshots.getByRole("listitem").count()).toBe(2);
  expect(await snapshots.getByRole("region", { name: "snapshot 2" }).innerText()).toContain('"step": "root.steps[3]"');
  expect(page.complaints).toEqual([]);
});

test("[UI-02] [UI-03] [UI-05] [TST-04] the editor begins with what may be seen; unedited, no payload is sent and the new run opens with the stored input", async () => {
  const runId = await secretRun();
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  const sent = listen(page, "/replay");
  await control(page, "Replay").click();
  const dialog = page.getByRole("dialog", { name: "Replay this run" });
  const editor = dialog.getByLabel("Input (JSON)");
  expect(JSON.parse(await editor.inputValue())).toEqual({ orderId: "o-17", card: "[REDACTED]", lines: ["tea"] });
  // Typed and taken back, or laid out differently, is not edited.
  await editor.fill('{"lines": ["tea"], "card": "[REDACTED]", "orderId": "o-17"}');
  await dialog.getByText("Not edited").waitFor();
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();

  const replayed = await newRunOf(page, runId);
  expect(sent.map((request) => request.postData())).toEqual([null]);
  expect(await storedInput(replayed)).toEqual({ orderId: "o-17", card: "4111-1111-1111-1111", lines: ["tea"] });
  await page.getByText(/replay of/).waitFor();
  await page.getByText(/^It succeeded/).waitFor();
  expect(await page.content()).not.toContain("4111-1111");
});

test("[UI-04] [UI-05] [TST-04] edited, exactly the edited JSON is sent; what is no JSON or still masked sends or starts nothing and says why", async () => {
  const runId = await secretRun();
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  const sent = listen(page, "/replay");
  await control(page, "Replay").click();
  const dialog = page.getByRole("dialog", { name: "Replay this run" });
  const editor = dialog.getByLabel("Input (JSON)");
  await editor.fill('{"orderId": "o-18", ');
  await dialog.getByText(/^This is not JSON/).waitFor();
  expect(await dialog.getByRole("button", { name: /^Replay/ }).isDisabled()).toBe(true);
  await editor.press("Control+Enter");
  expect(sent).toEqual([]);

  const before = await studio.sql("select count(*)::int as n from workflow_runs where tenant_id = $1", [tenant.id]);
  await editor.fill('{"orderId": "o-18", "card": "[REDACTED]"}');
  await dialog.getByText("still hidden at /card").waitFor();
  await dialog.getByRole("button", { name: "Replay with this input" }).click();
  const notice = dialog.getByRole("alert");
  await notice.getByText("REDACTED_VALUE_IN_PAYLOAD").first().waitFor();
  expect(await notice.innerText()).toContain("/card");

  await editor.fill('{"orderId": "", "card": "x"}');
  await dialog.getByRole("button", { name: "Replay with this input" }).click();
  await notice.getByText("PAYLOAD_INVALID").waitFor();
  expect(await notice.innerText()).toContain("/orderId");
  expect(page.url()).toContain(runId);
  expect(await studio.sql("select count(*)::int as n from workflow_runs where tenant_id = $1", [tenant.id])).toEqual(
    before,
  );

  sent.length = 0;
  const edited = { orderId: "o-18", card: "5555-4444-3333-2222", lines: [] };
  await editor.fill(JSON.stringify(edited, undefined, 1));
  await dialog.getByRole("button", { name: "Replay with this input" }).click();
  const replayed = await newRunOf(page, runId);
  expect(sent.map((request) => JSON.parse(request.postData() ?? "null"))).toEqual([{ payload: edited }]);
  expect(await storedInput(replayed)).toEqual(edited);
});

test("[UI-01] [RST-01] [RST-02] a failed run is found, its remedy read, and restarted from a step with what its preview says; the new run is seen", async () => {
  await publish(tenant.client, mending(studio.shop.url, "card"));
  const runId = await start(tenant.client, "mending-card");
  await reaches(tenant.client, runId, "FAILED");
  const page = await studio.page("/runs?status=FAILED", { apiKey: tenant.keys.operator });
  await page.getByRole("link", { name: /^mending-card version 1, failed/ }).click();
  const headline = page.getByRole("region", { name: "Where it stands" });
  await headline.getByText(/It failed in charge at/).waitFor();
  expect(await headline.innerText()).toMatch(/What to do\s+See details\.body/);
  studio.shop.open("card");

  // From the step that failed nothing is reused; from the one before it, the order that was placed.
  await page.getByRole("button", { name: /^charge\b.*Failed/ }).click();
  await page.getByRole("button", { name: "Restart from here…" }).click();
  const dialog = page.getByRole("dialog", { name: "Restart from a step" });
  await dialog.getByText("Nothing: no call that succeeded comes after this step.").waitFor();
  await dialog.getByLabel("Step").selectOption({ label: "place · succeeded" });
  const receipt = dialog.getByText(/^Receipt #/);
  await receipt.click();
  await dialog.getByRole("region", { name: "receipt of place" }).getByText("/order-card").waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "charge" }).getByText("Failed").waitFor();
  const act = dialog.getByRole("button", { name: "Restart", exact: true });
  expect(await act.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill("the card is good again");
  await act.click();

  const restarted = await newRunOf(page, runId);
  await page.getByText(/^It succeeded/).waitFor();
  expect(studio.shop.hits("/stock-card")).toBe(1);
  expect(studio.shop.hits("/order-card")).toBe(1);
  expect(studio.shop.hits("/mend/card")).toBe(2);
  expect(await page.locator(".run-header-facts").innerText()).toMatch(
    /restarted from #\w{6} at place: “the card is good again”/,
  );
  await page.getByRole("tab", { name: "Lineage" }).click();
  await page
    .getByRole("listitem")
    .filter({ hasText: "restarted from" })
    .getByRole("link", { name: "mending-card" })
    .click();
  await page.waitForURL((url) => url.pathname.endsWith(runId));
  await page.getByRole("tab", { name: "Lineage" }).click();
  await page.getByRole("listitem").filter({ hasText: "restart" }).getByRole("link", { name: "mending-card" }).click();
  await page.waitForURL((url) => url.pathname.endsWith(restarted));
  expect(page.complaints).toEqual([]);
});

test("[RST-01] a plan that has changed since it was shown is not carried out; the new one is shown", async () => {
  await publish(tenant.client, mending(studio.shop.url, "late"));
  const runId = await start(tenant.client, "mending-late");
  await reaches(tenant.client, runId, "FAILED");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await control(page, "Restart from step").click();
  const dialog = page.getByRole("dialog", { name: "Restart from a step" });
  await dialog.getByLabel("Step").selectOption({ label: "place · succeeded" });
  await dialog.getByText(/^Receipt #/).waitFor();
  // What was done turns out not to be known for certain.
  await studio.sql(
    "update workflow_action_invocations set status = 'UNKNOWN' where run_id = $1 and step_id = 'place'",
    [runId],
  );
  await dialog.getByLabel("Reason").fill("try it");
  await dialog.getByRole("button", { name: "Restart", exact: true }).click();
  await dialog.getByRole("alert").getByText("PLAN_CHANGED").waitFor();
  await dialog.getByText("its effect may have happened").waitFor();
  expect(page.url()).toContain(runId);
});

test("[RUN-13] [UI-01] a run that the quota has paused is continued despite it, and only such a run", async () => {
  const small = await studio.tenant("Small");
  await publish(small.client, gatedOrder(studio.shop.url, "quota"));
  studio.shop.open("quota");
  await studio.platform.platform.updateTenant({ params: { id: small.id }, body: { quotas: { stepsPerMonth: 1 } } });
  const runId = await start(small.client, "gated-quota", { orderId: "o-quota" });
  await reaches(small.client, runId, "PAUSED");
  const viewer = await studio.page(`/runs/${runId}`, { apiKey: small.keys.viewer });
  await control(viewer, "Export").waitFor();
  expect(await control(viewer, "Continue despite quota").count()).toBe(0);
  const page = await studio.page(`/runs/${runId}`, { apiKey: small.keys.operator });
  await control(page, "Continue despite quota").click();
  await page.getByText(/^It waits for payment\.received/).waitFor();
  expect(await control(page, "Continue despite quota").count()).toBe(0);
});

test("[RUN-12] a run is exported into a file", async () => {
  const runId = await secretRun();
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.viewer });
  const [download] = await Promise.all([page.waitForEvent("download"), control(page, "Export").click()]);
  expect(download.suggestedFilename()).toBe(`run-${runId}.json`);
  const exported = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(exported).toMatchObject({ format: "mainspring.run/1", run: { id: runId, input: { card: "[REDACTED]" } } });
  expect(page.complaints).toEqual([]);
});

test("[UI-06] [UI-07] [UI-08] [TST-04] a run that no worker takes says so after 60 s and not before, asks nothing more for it, and stops when the worker is back", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  // The server's clock counts: this browser's is wrong by minutes.
  await page.clock.install({ time: Date.now() + 300_000 });
  const banner = page.getByText("no worker has picked it up");
  await studio.withoutWorker(async () => {
    const runId = await start(tenant.client, "gated-held", { orderId: "o-held" });
    await reaches(tenant.client, runId, "RUNNING");
    const startedAgo = (seconds: number) =>
      studio.sql("update workflow_runs set started_at = now() - make_interval(secs => $2) where id = $1", [
        runId,
        seconds,
      ]);
    await startedAgo(20);
    await page.goto(`${studio.url}/runs/${runId}`);
    await page.getByText("No step has begun", { exact: true }).waitFor();
    expect(await banner.count()).toBe(0);
    const asked = listen(page, "/api/");
    await startedAgo(61);
    await banner.waitFor();
    const paths = new Set(asked.map((request) => new URL(request.url()).pathname.replace(runId, ":id")));
    const ofPanel = ["", "/why", "/stream"].map((part) => `/api/v1/runs/:id${part}`);
    expect([...paths].filter((path) => !ofPanel.includes(path))).toEqual([]);
  });
  await banner.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^reserve\b.*Succeeded/ }).waitFor();
  studio.shop.open("held");
});

test("[UI-10] a viewer sees no Cancel, Replay or Restart, and the server refuses them", async () => {
  const runId = await start(tenant.client, "gated-held", { orderId: "o-viewer" });
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.viewer });
  await control(page, "Export").waitFor();
  for (const name of ["Cancel", "Replay", "Restart from step"]) expect(await control(page, name).count(), name).toBe(0);
  const viewer = createClient({ baseUrl: studio.url, apiKey: tenant.keys.viewer });
  for (const asked of [viewer.runs.cancel, viewer.runs.replay]) {
    const refusal: unknown = await asked({ params: { id: runId } }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiProblem);
    expect(refusal).toMatchObject({ status: 403 });
  }
  expect((await tenant.client.runs.get({ params: { id: runId } })).cancelRequestedAt).toBeNull();
});

test("[TTR-01] at any entry the data are those of that moment, with what changed by it", async () => {
  const runId = await start(tenant.client, "gated-held", { orderId: "o-past" });
  studio.shop.open("held");
  await reaches(tenant.client, runId, "WAITING");
  const page = await studio.page(`/runs/${runId}?tab=data&at=3`, { apiKey: tenant.keys.viewer });
  const variables = page.getByRole("region", { name: "the run's variables" });
  await page.getByText("after entry 3").waitFor();
  expect(await variables.innerText()).toBe("{}");
  for (let entry = 4; entry <= 5; entry += 1) {
    await page.keyboard.press("]");
    await page.getByText(`after entry ${entry}`).waitFor();
  }
  await variables.getByText('"reservation"').waitFor();
  await page.getByRole("list", { name: "The run's frames" }).getByText("the run itself").waitFor();
  await page.getByRole("list", { name: "Changed values" }).getByText("vars/reservation").waitFor();
  await page.getByRole("button", { name: "Now", exact: true }).click();
  await page.getByRole("region", { name: "the run's business state" }).getByText("AWAITING_PAYMENT").waitFor();
  expect(page.complaints).toEqual([]);
});

test("[TTR-01] the run is shown as it was at any entry of its journal", async () => {
  const runId = await start(tenant.client, "failing");
  await reaches(tenant.client, runId, "FAILED");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.viewer });
  await page.getByRole("button", { name: /^charge\b.*Failed/ }).waitFor();
  const slider = page.getByRole("slider", { name: "time" });
  await slider.focus();
  await slider.press("Home");
  await page.getByText("No step has begun").waitFor();
  await page.getByRole("button", { name: "One entry on" }).click();
  await page.getByRole("button", { name: "One entry on" }).click();
  await page.getByRole("button", { name: /^find\b.*Running/ }).waitFor();
  expect(await page.getByRole("button", { name: /^charge/ }).count()).toBe(0);
  expect(new URL(page.url()).searchParams.get("at")).toBe("3");
  await page.reload();
  await page.getByRole("button", { name: /^find\b.*Running/ }).waitFor();
  await page.keyboard.press("]");
  await page.getByRole("button", { name: "Now", exact: true }).click();
  await page.getByRole("button", { name: /^charge\b.*Failed/ }).waitFor();
  expect(page.complaints).toEqual([]);
});
