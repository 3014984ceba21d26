import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudio, publish, reaches, start, type Studio, type Tenant } from "../testing/studio.ts";
import { failing, gatedOrder } from "../testing/workflows.ts";

let studio: Studio;
let tenant: Tenant;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Run page");
  await publish(tenant.client, failing(studio.shop.url));
});
afterAll(() => studio?.stop());

/** A run of a workflow of its own whose step `pack` ends when `gate` is opened. */
async function gatedRun(gate: string): Promise<{ runId: string; orderId: string }> {
  await publish(tenant.client, gatedOrder(studio.shop.url, gate));
  const orderId = `o-${gate}`;
  return { orderId, runId: await start(tenant.client, `gated-${gate}`, { orderId }) };
}

async function pay(orderId: string): Promise<void> {
  await tenant.client.events.accept({
    body: { name: "payment.received", id: `pay-${orderId}`, correlationKey: orderId, payload: { amount: 39.8 } },
  });
}

const step = (name: string, word: string) => ({ name: new RegExp(`^${name}\\b.*\\b${word}\\b`) });

test("[STU-01] [MIG-10] steps, the wait and the end appear without a reload while the run goes on, on Temporal", async () => {
  const { runId, orderId } = await gatedRun("live");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await page.evaluate("window.sameDocument = true");
  await page.getByRole("button", step("reserve", "Succeeded")).waitFor();
  await page.getByRole("button", step("pack", "Running")).waitFor();
  await page.getByText(/^It runs pack|^Step pack: http\.request@1 is running/).waitFor();
  expect(await page.getByRole("button", { name: /^ship/ }).count()).toBe(0);

  studio.shop.open("live");
  await page.getByRole("button", step("pack", "Succeeded")).waitFor();
  await page.getByRole("button", step("paid", "Waiting")).waitFor();
  await page.getByText(/^It waits for payment\.received with key "?o-live"? until \w{3} \d/).waitFor();
  expect(await page.getByText("AWAITING_PAYMENT").isVisible()).toBe(true);

  await pay(orderId);
  await page.getByRole("button", step("ship", "Succeeded")).waitFor();
  await page.getByText(/^It succeeded after \d/).waitFor();
  await page.getByText("complete").waitFor();
  expect(await page.evaluate("window.sameDocument")).toBe(true);
  expect(page.complaints).toEqual([]);
  const [row] = await studio.sql("select engine, temporal_run_id from workflow_runs where id = $1", [runId]);
  expect(row).toEqual({ engine: "temporal", temporal_run_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
});

test("[STU-01] after the server was killed and came back, further steps appear without a reload", async () => {
  const { runId, orderId } = await gatedRun("kill");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await page.evaluate("window.sameDocument = true");
  await page.getByRole("button", step("pack", "Running")).waitFor();

  studio.killServer();
  await page.getByText("reconnecting").waitFor();
  // What was known stays on the page meanwhile.
  expect(await page.getByRole("button", step("reserve", "Succeeded")).isVisible()).toBe(true);
  studio.shop.open("kill");
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByRole("button", step("paid", "Waiting")).waitFor();
  await pay(orderId);
  await page.getByRole("button", step("ship", "Succeeded")).waitFor();
  await page.getByText(/^It succeeded/).waitFor();

  expect(await page.getByRole("button", { name: /^reserve/ }).count()).toBe(1);
  expect(await page.evaluate("window.sameDocument")).toBe(true);
});

test("[STU-01] a step shows its input, output and the ledger's call", async () => {
  const { runId } = await gatedRun("detail");
  studio.shop.open("detail");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.viewer });
  await page.getByRole("button", step("pack", "Succeeded")).click();
  const detail = page.getByRole("region", { name: "Step pack", exact: true });
  await detail.getByRole("region", { name: "input of pack" }).getByText('"GET"').waitFor();
  await detail.getByRole("region", { name: "output of pack" }).getByText('"/gate/detail"').waitFor();
  await detail.getByText("http.request@1").waitFor();
  await detail.getByText("1 attempt", { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("step")).toMatch(/^\d+$/);

  // The address alone opens the same details.
  await page.reload();
  await detail.getByRole("region", { name: "input of pack" }).waitFor();
});

test("[STU-01] a failed run names the step, the code and what to do", async () => {
  const runId = await start(tenant.client, "failing");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.viewer });
  await page.getByText(/^It failed in charge at .*: HTTP_404$/).waitFor();
  await page.getByText(/^history \d+ of 40,000$/).waitFor();
  const headline = page.getByRole("region", { name: "Where it stands" });
  expect(await headline.innerText()).toMatch(/What to do\s+See details\.body/);
  await page.getByRole("button", step("charge", "Failed")).click();
  const detail = page.getByRole("region", { name: "Step charge" });
  await detail.getByText("The server answered with an error.").waitFor();
  expect(await detail.getByText("What to do").isVisible()).toBe(true);
  await detail.getByText('"there is no such order"').first().waitFor();
});

test("[STU-01] a journal that cannot be read is said to be so, and nothing is said to have happened or not", async () => {
  const runId = await start(tenant.client, "failing");
  await reaches(tenant.client, runId, "FAILED");
  const page = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  await page.route("**/stream*", (route) => route.abort());
  for (const tab of ["steps", "graph", "timeline", "waits", "journal"]) {
    await page.goto(`${studio.url}/runs/${runId}?tab=${tab}`);
    await page.getByRole("main").getByRole("alert").getByText("The server does not answer").waitFor();
    await page.getByRole("tabpanel").getByRole("status").getByText("Loading").waitFor();
  }
  await page.unroute("**/stream*");
  await page.getByRole("tabpanel").getByText("run failed").waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
});

test("[STU-01] waits say for what, with which key and until when; the run's input, output and journal are there", async () => {
  const { runId, orderId } = await gatedRun("tabs");
  studio.shop.open("tabs");
  const page = await studio.page(`/runs/${runId}?tab=waits`, { apiKey: tenant.keys.viewer });
  await page.getByText(/paid waits for payment\.received with key o-tabs until/).waitFor();
  await pay(orderId);
  await page.getByText(/paid waited for payment\.received/).waitFor();
  expect(await page.getByText(/ended by an event after/).isVisible()).toBe(true);

  await page.getByRole("tab", { name: "Data" }).click();
  await page.getByRole("region", { name: "the run's input" }).getByText('"o-tabs"').waitFor();
  await page.getByRole("region", { name: "the run's output" }).getByText("39.8").waitFor();
  await page.getByRole("tab", { name: /^Journal/ }).click();
  await page.getByRole("button", { name: /run succeeded/ }).waitFor();
  await page.getByRole("button", { name: /^1 .*start$/ }).click();
  await page.getByRole("region", { name: "entry 1" }).getByText('"seq"').waitFor();
});

test("[WHY-01] a waiting run says for what, with the event that nearly was it, what to do, and on what that stands", async () => {
  const { runId, orderId } = await gatedRun("near");
  studio.shop.open("near");
  await reaches(tenant.client, runId, "WAITING");
  await tenant.client.events.accept({
    body: { name: "payment.received", id: "typo", correlationKey: "o-naer", payload: { amount: 1 } },
  });
  const page = await studio.page("/runs?status=WAITING", { apiKey: tenant.keys.viewer });
  const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /^gated-near/ }) });
  await row.getByText(/payment\.received.*o-near/).waitFor();
  await row.getByRole("link", { name: /^gated-near/ }).click();
  const panel = page.getByRole("region", { name: "Why is it not moving?" });
  await panel.getByText(`It waits for payment.received with key "${orderId}" until`).waitFor();
  await panel.getByText('Near miss, another key: payment.received with key "o-naer" came').waitFor();
  expect(await panel.innerText()).toMatch(/What to do\s+Look whether the sender means the same thing/);
  await panel.getByText(/^Evidence/).click();
  await panel.getByText(/^Step paid waits for payment\.received/).waitFor();
  await pay(orderId);
  await page.getByText(/^It succeeded/).waitFor();
  expect(await panel.count()).toBe(0);
  expect(page.complaints).toEqual([]);
});

test("[UI-01] an operator cancels a run, after being asked", async () => {
  const { runId } = await gatedRun("cancel");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await page.getByRole("button", step("pack", "Running")).waitFor();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this run?" });
  await dialog.getByRole("button", { name: "Keep it running" }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await tenant.client.runs.get({ params: { id: runId } })).cancelRequestedAt).toBeNull();

  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await dialog.getByLabel("Reason (optional)").fill("typo in the order");
  await dialog.getByRole("button", { name: "Cancel run" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText(/^It was canceled after .* by API key #[0-9a-f]{6}: “typo in the order”\.$/).waitFor();
  await page.getByRole("button", step("pack", "Canceled")).waitFor();
  expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
});

test("[UI-10] a refused cancel shows its reason and what to do", async () => {
  const { runId } = await gatedRun("refused");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await page.getByRole("button", step("pack", "Running")).waitFor();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  // The run ends behind the open dialog.
  await tenant.client.runs.cancel({ params: { id: runId }, body: {} });
  await reaches(tenant.client, runId, "CANCELED");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel run" }).click();
  const notice = page.getByRole("dialog").getByRole("alert");
  await notice.getByText("RUN_ALREADY_ENDED").waitFor();
  expect(await notice.innerText()).toMatch(/replay/i);
});
