import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeViolations,
  layoutShift,
  openStudio,
  overflowPx,
  patienceMs,
  publish,
  reaches,
  start,
  type Studio,
  type StudioPage,
  type Tenant,
} from "../testing/studio.ts";
import { gatedOrder } from "../testing/workflows.ts";

let studio: Studio;
let tenant: Tenant;
/** Screenshots for people to look at; none are taken otherwise. */
const shots = process.env["SCREENSHOTS"];

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Events");
  await publish(tenant.client, {
    workflow: "fulfil",
    name: "Fulfil",
    payload: { type: "object", required: ["orderId"], properties: { orderId: { type: "string" } } },
    triggers: [
      {
        id: "large",
        event: "order.placed",
        when: { $expr: "event.payload.total > 100" },
        payload: { $expr: "{'orderId': event.payload.orderId}" },
      },
    ],
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload.orderId" } }],
  });
});
afterAll(() => studio?.stop());

let sent = 0;
async function send(
  name: string,
  payload: { readonly [name: string]: string | number },
  more: { readonly correlationKey?: string; readonly id?: string } = {},
  to: Tenant = tenant,
): Promise<string> {
  sent += 1;
  const receipt = await to.client.events.accept({
    body: { name, id: `e-${sent}`, source: "shop", payload: { ...payload }, ...more },
  });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  return receipt.eventId;
}

async function routed(id: string, to: Tenant = tenant): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while ((await to.client.events.get({ params: { id } })).status !== "completed") {
    if (performance.now() > deadline) throw new Error("the event was not routed");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const list = (page: StudioPage) => page.getByRole("list", { name: "Events, newest first" });
const line = (page: StudioPage, text: string) => list(page).getByRole("button").filter({ hasText: text });
const panel = (page: StudioPage, name: string) => page.getByRole("region", { name: `Event ${name}`, exact: true });

async function shoot(page: StudioPage, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: `${shots}/events-${name}.png` });
}

test("[STU-01] [WHY-02] an event tells what became of it: the run that took it, the one it started, or why it started none", async () => {
  await publish(tenant.client, gatedOrder(studio.shop.url, "events"));
  const runId = await start(tenant.client, "gated-events", { orderId: "o-7" });
  studio.shop.open("events");
  await reaches(tenant.client, runId, "WAITING");
  await routed(await send("payment.received", { amount: 12 }, { correlationKey: "o-7" }));
  await reaches(tenant.client, runId, "SUCCEEDED");
  await routed(await send("order.placed", { orderId: "o-8", total: 250 }));
  await routed(await send("order.placed", { orderId: "o-9", total: 5 }));

  const page = await studio.page("/events", { apiKey: tenant.keys.operator });
  await line(page, "payment.received").filter({ hasText: "taken by 1 run" }).waitFor();
  await line(page, "order.placed").filter({ hasText: "started 1 run" }).waitFor();
  await line(page, "order.placed").filter({ hasText: "unmatched" }).waitFor();
  await shoot(page, "list");
  await line(page, "payment.received").click();
  const taken = panel(page, "payment.received");
  await taken.getByText(/^What became of it/).waitFor();
  await taken.getByText("Taken", { exact: true }).waitFor();
  await taken.getByText("given with the event").waitFor();
  expect(await taken.getByLabel("payload of payment.received", { exact: true }).innerText()).toContain('"amount": 12');
  expect((await taken.locator(".event-facts").boundingBox())?.height).toBeLessThan(200); // each fact in its line
  await shoot(page, "taken");
  await taken.getByRole("link", { name: `run #${runId.slice(-6)}` }).click();
  await page.waitForURL(`**/runs/${runId}`);
  // And back from the wait that took it.
  await page.getByRole("tab", { name: /^Waits/ }).click();
  await page
    .getByRole("list", { name: /^Waits/ })
    .getByRole("link", { name: /^#/ })
    .click();
  await page.waitForURL(/\/events\?event=/);
  await panel(page, "payment.received").waitFor();

  // With the keyboard: the newest first, and on to the one that started a run.
  await panel(page, "payment.received").waitFor();
  await page.keyboard.press("Escape");
  await taken.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  const filtered = panel(page, "order.placed");
  await filtered.getByText("Filtered", { exact: true }).waitFor();
  await filtered
    .getByText(/its condition was false, with event.payload.total = 5/)
    .first()
    .waitFor();
  await page.keyboard.press("j");
  await filtered.getByText("Started", { exact: true }).waitFor();
  expect(await filtered.getByRole("link", { name: /^run #/ }).count()).toBe(1);
  await shoot(page, "started");
  expect(page.complaints).toEqual([]);
});

test("[STU-01] the list is live and moves nothing while it is read; filters stand in the address", async () => {
  const live = await studio.tenant("Live");
  const page = await studio.page("/events", { apiKey: live.keys.viewer });
  await page.getByText("No events yet").waitFor();
  await routed(await send("ticket.created", { n: 1 }, { correlationKey: "T-1" }, live), live);
  await line(page, "ticket.created").waitFor();
  await line(page, "ticket.created").click();
  await panel(page, "ticket.created").getByText("no trigger", { exact: false }).first().waitFor();
  await routed(await send("ticket.closed", { n: 2 }, {}, live), live);
  await page.getByRole("button", { name: "1 new event — show" }).click();
  await line(page, "ticket.closed").waitFor();

  await page
    .getByRole("textbox", { name: "Name" })
    .or(page.getByRole("combobox", { name: "Name" }))
    .fill("ticket.closed");
  await line(page, "ticket.created").waitFor({ state: "detached" });
  await page.waitForURL(/name=ticket.closed/);
  await page.getByRole("button", { name: "Dead", exact: true }).click();
  await page.getByText("No event passes these filters").waitFor();
  expect(new URL(page.url()).searchParams.get("status")).toBe("dead");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await line(page, "ticket.created").waitFor();
  await page.getByRole("button", { name: "Unmatched", exact: true }).click();
  await line(page, "ticket.closed").waitFor();
  await page.reload();
  await line(page, "ticket.closed").waitFor();
  expect(page.url()).toContain("show=unmatched");
  expect(await layoutShift(page)).toBeLessThan(0.1);
  // A viewer reads, and redelivers nothing.
  await line(page, "ticket.closed").click();
  await panel(page, "ticket.closed").getByRole("heading", { name: "Payload" }).waitFor();
  expect(await page.getByRole("button", { name: /redeliver/i }).count()).toBe(0);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] [WHY-02] decisions: each event that started nothing, and a refused webhook call, with the reason", async () => {
  const { path } = await tenant.client.webhooks.create({
    body: { key: "shop-hook", scheme: "stripe", secret: "whsec_a_secret", enabled: true, headers: [] },
  });
  const body = '{"id":"evt_1","type":"charge.failed","big":12345678901234567890}';
  const call = (secret: string): Promise<Response> => {
    const at = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
    const headers = { "content-type": "application/json", "stripe-signature": `t=${at},v1=${signature}` };
    return fetch(studio.url + path, { method: "POST", body, headers });
  };
  expect((await call("somebody else's")).status).toBe(401);
  expect((await call("whsec_a_secret")).status).toBe(202);

  const page = await studio.page("/events?show=decisions", { apiKey: tenant.keys.viewer });
  const decisions = page.getByRole("list", { name: "Decisions, newest first" });
  await decisions.getByText("Unauthorised", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Outcome" }).selectOption("unauthorised");
  await page.waitForURL(/outcome=unauthorised/);
  const refused = decisions.getByRole("listitem").filter({ hasText: "Unauthorised" }).first();
  await refused.getByText(/^Evidence/).click();
  await refused
    .getByText(/wrong-signature/)
    .first()
    .waitFor();
  await shoot(page, "decisions");

  await page.goto(`${studio.url}/events?source=shop-hook`);
  await line(page, "stripe.charge.failed").click();
  const shown = panel(page, "stripe.charge.failed");
  await shown.getByText("/big", { exact: true }).waitFor();
  expect(await shown.getByLabel("payload of stripe.charge.failed", { exact: true }).innerText()).toContain(
    '"12345678901234567890"',
  );
  await shoot(page, "webhook");
  expect(page.complaints).toEqual([]);
});

test("[WHK-01] a call is answered with the output of the run that it starts, and a repeated one with that run", async () => {
  const { path } = await tenant.client.webhooks.create({
    body: {
      key: "answering",
      scheme: "github",
      secret: "a secret of the hub",
      enabled: true,
      headers: [],
      workflow: "fulfil",
      reply: { waitMs: 25_000 },
    },
  });
  const body = '{"orderId":"o-77"}';
  const headers = {
    "content-type": "application/json",
    "x-github-event": "order",
    "x-github-delivery": "d-77",
    "x-hub-signature-256": `sha256=${createHmac("sha256", "a secret of the hub").update(body).digest("hex")}`,
  };
  const call = (): Promise<Response> => fetch(studio.url + path, { method: "POST", body, headers });
  const first = await call();
  expect([first.status, await first.json()]).toEqual([200, "o-77"]);
  const again = await call();
  const receipt = (await again.json()) as { readonly runId: string };
  expect([again.status, receipt]).toEqual([200, expect.objectContaining({ duplicate: true })]);
  expect(await tenant.client.runs.get({ params: { id: receipt.runId } })).toMatchObject({
    status: "SUCCEEDED",
    output: "o-77",
    trigger: { type: "event", triggerId: "webhook:answering" },
  });
});

test("[STU-01] [DLV-01] dead letters are listed with their error, and redelivered one by one or all that are shown", async () => {
  const dead = await studio.tenant("Dead");
  const ids = [
    await send("order.lost", { n: 1 }, {}, dead),
    await send("order.lost", { n: 2 }, {}, dead),
    await send("order.found", { n: 3 }, {}, dead),
  ];
  for (const id of ids) await routed(id, dead);
  // Given up as a worker gives up, after its last try.
  await studio.sql(
    `update workflow_runtime_events set state = 'dead', dead_at = now(), completed_at = null, triggers_decided_at = null,
       error_json = '{"code":"ROUTING_FAILED","message":"the database was away"}' where tenant_id = $1`,
    [dead.id],
  );
  const page = await studio.page("/events?show=dead", { apiKey: dead.keys.operator });
  const letters = page.getByRole("list", { name: "Dead letters, the last given up first" });
  await letters.getByText("the database was away").first().waitFor();
  expect(await letters.getByRole("listitem").count()).toBe(3);
  await letters.getByRole("button").filter({ hasText: "order.found" }).click();
  const shown = panel(page, "order.found");
  await shown.getByText("Dead", { exact: true }).waitFor();
  await shoot(page, "dead");
  await shown.getByRole("button", { name: "Redeliver" }).click();
  await shown.getByText("Completed", { exact: true }).waitFor();
  await letters.getByText("order.found").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Redeliver all…" }).click();
  const dialog = page.getByRole("dialog", { name: "Redeliver dead letters" });
  await dialog.getByText(/^2 events would be routed again/).waitFor();
  await dialog.getByRole("button", { name: "Redeliver" }).click();
  await dialog.getByText("2 events are redelivered.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByText("Nothing was given up").waitFor();
  for (const id of ids) await routed(id, dead);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] events pass axe in light and dark, with nothing in them, in trouble, and at 360 px", async () => {
  const empty = await studio.tenant("Nothing yet");
  await routed(await send("order.placed", { orderId: "o-40", total: 5 }));
  await routed(await send("order.lost", { orderId: "o-40" }));
  for (const colorScheme of ["light", "dark"] as const) {
    const rules = colorScheme === "light" ? "all" : "colours";
    const page = await studio.page("/events", { apiKey: empty.keys.admin, colorScheme });
    await page.getByText("No events yet").waitFor();
    expect(await axeViolations(page, rules), `empty, ${colorScheme}`).toEqual([]);
    const full = await studio.page("/events?name=order.placed", { apiKey: tenant.keys.admin, colorScheme });
    await line(full, "order.placed").first().click();
    await panel(full, "order.placed").getByText("Filtered", { exact: true }).waitFor();
    expect(await axeViolations(full, rules), `events, ${colorScheme}`).toEqual([]);
    await shoot(full, colorScheme);
    await full.goto(`${studio.url}/events?show=decisions`);
    await full.getByRole("list", { name: "Decisions, newest first" }).waitFor();
    expect(await axeViolations(full, rules), `decisions, ${colorScheme}`).toEqual([]);
  }
  const narrow = await studio.page("/events", { apiKey: tenant.keys.viewer, viewport: { width: 360, height: 740 } });
  await line(narrow, "order.lost").click();
  await panel(narrow, "order.lost").getByRole("heading", { name: "Payload" }).waitFor();
  expect(await overflowPx(narrow)).toBe(0);
  await shoot(narrow, "narrow");

  const gone = await studio.page("/events?event=01a217ca-4d52-72f1-9d4d-229a575c8fb9", { apiKey: tenant.keys.viewer });
  await gone.getByText("EVENT_NOT_FOUND").waitFor();
  await studio.withoutServer(async () => {
    await gone.getByText("reconnecting").waitFor();
  });
  await gone.getByText("live", { exact: true }).waitFor();
});
