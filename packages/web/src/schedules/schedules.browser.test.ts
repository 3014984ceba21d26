import type { JsonObject } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeViolations,
  layoutShift,
  openStudio,
  overflowPx,
  publish,
  type Studio,
  type Tenant,
} from "../testing/studio.ts";

let studio: Studio;
let tenant: Tenant;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Schedules");
  await publish(tenant.client, {
    workflow: "nightly",
    payload: { type: "object" },
    steps: [{ id: "done", type: "control.return", output: 1 }],
  });
});
afterAll(() => studio?.stop());

test("[STU-01] a tenant without schedules is told how to make one", async () => {
  const page = await studio.page("/schedules", { apiKey: tenant.keys.operator });
  await page.getByText("Nothing starts by time yet").waitFor();
  expect(await page.getByRole("button", { name: /new schedule|make one/i }).count()).toBe(0); // an author does
  expect(await axeViolations(page)).toEqual([]);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] [SCX-01] a schedule is made with its next times in sight, changed, backfilled and deleted; what is wrong stands at its field", async () => {
  const { client, keys } = await studio.tenant("Written schedules");
  await publish(client, {
    workflow: "report",
    payload: {
      type: "object",
      required: ["region"],
      properties: { region: { type: "string", minLength: 2 }, token: { type: "string", sensitive: true } },
    },
    steps: [{ id: "done", type: "control.return", output: 1 }],
  });
  const page = await studio.page("/schedules", { apiKey: keys.author });
  await page.getByRole("button", { name: "Make one…" }).click();
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  const cron = dialog.getByRole("textbox", { name: "Cron expression" });
  await cron.fill("61 8 * * *");
  await dialog.getByText(/^The minute "61"/).waitFor();
  await cron.fill("0 8 * * *");
  await dialog.getByRole("combobox", { name: "Time zone" }).fill("Nowhere/Land");
  await dialog.getByText(/Nowhere\/Land/).waitFor();
  await dialog.getByRole("combobox", { name: "Time zone" }).fill("America/Chicago");
  const times = dialog.getByRole("table", { name: "Next times" });
  await times
    .getByText(/-0[56]:00/)
    .first()
    .waitFor();
  const spec = { cron: "0 8 * * *", zone: "America/Chicago" };
  const { items } = await client.schedules.previewSpec({ body: { spec, count: 5 } });
  expect(await times.locator("tbody tr").count()).toBe(5);
  expect(await times.locator("tbody tr").first().innerText()).toContain(items[0]?.local.slice(0, 10));
  const payload = dialog.getByRole("textbox", { name: "Payload (JSON)" });
  await payload.fill('{"region": "n"}');
  await dialog.getByText(/^\/region:/).waitFor();
  await payload.fill('{"region": "nl", "token": "nobody-sees-it"}');
  await dialog.getByText("Lateness, spread and note").click();
  await dialog.getByRole("textbox", { name: "Spread" }).fill("soon");
  await dialog.getByRole("button", { name: "Create schedule" }).click();
  await dialog.getByText("Type an amount, such as 15.").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole("textbox", { name: "Spread" }).fill("2");
  await dialog.getByRole("button", { name: "Create schedule" }).click();
  await dialog.waitFor({ state: "detached" });
  const [made] = (await client.schedules.list({ query: {} })).items;
  expect(made).toMatchObject({ workflow: "report", name: "report", spec, jitterMs: 120_000, state: "active" });

  await page.getByRole("button", { name: "Details of report" }).click();
  await page.getByRole("button", { name: "Change…" }).click();
  const change = page.getByRole("dialog", { name: "Change report" });
  await change.getByRole("textbox", { name: "Name (optional)" }).fill("Morning report");
  await change.getByLabel("While the run before is open").selectOption("allow");
  await change.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Morning report", exact: true }).waitFor();
  // The masked part of the payload was not written over by its mask: else the backfilled run could not start.
  await page.getByRole("button", { name: "Backfill…" }).click();
  const backfill = page.getByRole("dialog", { name: "Make up for times of the past?" });
  await backfill.getByRole("button", { name: "Start runs" }).click();
  await backfill.getByText(/^\d runs? (is|are) started\.$/).waitFor();
  await backfill.getByRole("button", { name: "Close" }).click();
  const became = page.getByRole("region", { name: "What became of the times of Morning report" });
  await became.getByText("Started", { exact: true }).first().waitFor();
  const [run] = (await client.runs.list({ query: { workflow: "report" } })).items;
  expect((await client.runs.get({ params: { id: run?.id ?? "" } })).input).toMatchObject({ region: "nl" });
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflowPx(page)).toBe(0);

  await page.getByRole("button", { name: "Delete…" }).click();
  const remove = page.getByRole("dialog", { name: "Delete the schedule Morning report?" });
  expect(
    await remove.getByRole("button", { name: "Keep it" }).evaluate((it) => it === it.ownerDocument.activeElement),
  ).toBe(true);
  await remove.getByRole("button", { name: "Delete schedule" }).click();
  await page.getByText("Nothing starts by time yet").waitFor();
  expect((await client.schedules.list({ query: {} })).items).toEqual([]);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] [WIF-01] a workflow's page shows what is wrong with its draft, how it differs, what it would have done, publishes it, and says why nothing started", async () => {
  const { client, keys } = await studio.tenant("Written workflows");
  const definition = (output: JsonObject | number, more: JsonObject[] = []): JsonObject & { workflow: string } => ({
    workflow: "order",
    triggers: [{ id: "large", event: "order.placed", when: { $expr: "event.payload.total > 100" } }],
    steps: [...more, { id: "done", type: "control.return", output }],
  });
  const saved = async (draft: JsonObject): Promise<void> => {
    await client.workflows.save({ params: { key: "order" }, body: { definition: draft } });
  };
  await publish(client, definition(1));
  await client.runs.start({ params: { key: "order" }, query: { wait: 30 }, body: { payload: {} } });
  await saved(definition({ $expr: "payload.(" }));
  await client.events.accept({ body: { name: "order.placed", id: "o-7", payload: { total: 7 } } });

  const page = await studio.page("/workflows", { apiKey: keys.author });
  await page.getByRole("link", { name: "order", exact: true }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByText("The draft cannot be published: 1 problem.").waitFor();
  await page.getByText("EXPR_SYNTAX").waitFor();
  expect(await page.getByRole("button", { name: "Publish…", exact: true }).isDisabled()).toBe(true);
  await saved(definition(1, [{ id: "note", type: "state.set", state: "NOTED" }]));
  await page.getByText("The draft differs from version 1, and can be published.").waitFor();

  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("list", { name: "Steps that differ" }).getByText("note").waitFor();
  // A step that was put before another changes nothing of that.
  const places = page.getByRole("list", { name: "Places that differ" });
  expect(await places.getByText("/steps/", { exact: false }).allInnerTexts()).toEqual(["/steps/0"]);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Graph" }).click();
  const drawn = page.getByRole("list", { name: "Steps of the draft" }).getByRole("listitem");
  await drawn.filter({ hasText: "note" }).getByText("added").waitFor();
  expect(
    await drawn
      .filter({ hasText: "done" })
      .getByText(/added|changed/)
      .count(),
  ).toBe(0);
  await page.getByRole("combobox", { name: "Steps of" }).selectOption("1");
  await page.getByRole("list", { name: "Steps of version 1" }).getByText("done").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "What if" }).click();
  await page.getByRole("button", { name: "Try the draft" }).click();
  await page.getByText("0 of 1 go the same way, 1 go another way.").waitFor();
  await page.getByRole("button", { name: "Starts", exact: true }).click();
  await page.getByText(/its condition was false, with event\.payload\.total = 7/).waitFor();
  await page.getByRole("link", { name: "the event" }).click();
  await page.getByRole("region", { name: "Event order.placed" }).waitFor();
  await page.goBack();

  await page.getByRole("button", { name: "Versions" }).click();
  await page.getByRole("button", { name: "Publish…", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Publish order?" });
  await dialog.getByRole("list", { name: "Steps that differ" }).getByText("note").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await dialog.getByText("Version 2 is published.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByText("The draft is what version 2 says.").waitFor();
  expect((await client.workflows.get({ params: { key: "order" } })).publishedVersion).toBe(2);

  const viewer = await studio.page("/workflows/order?tab=what-if", {
    apiKey: keys.viewer,
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
  });
  await viewer.getByText("Your key may not try drafts").waitFor();
  expect(await viewer.getByRole("button", { name: /^(Start|Pause|Unpublish|Publish)…/ }).count()).toBe(0);
  // Where the pages do not fit side by side, the open one is in sight.
  const bar = viewer.getByRole("navigation", { name: "Pages" });
  await expect
    .poll(async () => (await bar.getByRole("link", { name: "Workflows" }).boundingBox())?.x)
    .toBeLessThan(280);
  await viewer.getByRole("button", { name: "Compare" }).click();
  await viewer
    .getByRole("list", { name: "Steps that differ" })
    .or(viewer.getByText(/are the same\./))
    .first()
    .waitFor();
  expect(await axeViolations(viewer, "colours")).toEqual([]);
  expect(await overflowPx(viewer)).toBe(0);
  expect([...page.complaints, ...viewer.complaints]).toEqual([]);
});

test("[STU-01] [SCX-01] schedules show when they fire next, are paused with a note and let go again, by keyboard", async () => {
  const { schedules } = tenant.client;
  const cron = await schedules.create({
    body: { workflow: "nightly", name: "Every night", spec: { cron: "30 2 * * *", zone: "America/Chicago" } },
  });
  const off = await schedules.create({
    body: { workflow: "nightly", name: "Once more", spec: { everyMs: 3_600_000 } },
  });
  await schedules.disable({ params: { id: off.id }, body: { note: "not needed" } });
  const page = await studio.page("/runs", { apiKey: tenant.keys.operator });
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.keyboard.press("s");
  const line = page.locator(`[data-schedule="${cron.id}"]`);
  await line.getByText("Active").waitFor();
  await line.getByText("at 02:30 every day, America/Chicago").waitFor();
  await page.locator(`[data-schedule="${off.id}"]`).getByText("not needed").waitFor();

  await line.getByRole("button", { name: "Details of Every night" }).focus();
  await page.keyboard.press("Enter");
  const times = page.getByRole("table", { name: "Next times of Every night" });
  await times.waitFor();
  const { items } = await schedules.preview({ params: { id: cron.id } });
  expect(await times.locator("tbody tr").count()).toBe(10);
  expect(await times.locator("tbody tr").first().innerText()).toContain(items[0]?.local.slice(0, 10));
  expect(page.url()).toContain(cron.id);

  await line.getByRole("button", { name: "Pause Every night" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Pause this schedule?" });
  await dialog.getByLabel("Note (optional)").fill("month-end");
  await dialog.getByRole("button", { name: "Pause schedule" }).focus();
  await page.keyboard.press("Enter");
  await line.getByText(/: month-end/).waitFor();
  await line.getByText("Paused", { exact: true }).waitFor();
  expect(await schedules.get({ params: { id: cron.id } })).toMatchObject({ state: "paused", stateNote: "month-end" });
  await page.getByRole("button", { name: "Paused" }).click();
  await page.locator(`[data-schedule="${off.id}"]`).waitFor({ state: "detached" });
  await line.getByRole("button", { name: "Unpause Every night" }).click();
  await page.getByRole("button", { name: "Unpause schedule" }).click();
  await page.getByText("No such schedule").waitFor();
  await page.getByRole("button", { name: "All schedules" }).click();
  await line.getByText("Active", { exact: true }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] a viewer looks on, in the dark and on a narrow page; nothing jumps", async () => {
  const page = await studio.page("/schedules", { apiKey: tenant.keys.viewer, colorScheme: "dark" });
  await page.getByText("may look at schedules and not change them").waitFor();
  await page.getByRole("heading", { name: "Every night" }).waitFor();
  expect(
    await page
      .getByRole("button", { name: /pause/i })
      .filter({ hasNotText: /^Paused$/ })
      .count(),
  ).toBe(0);
  expect(await axeViolations(page, "colours")).toEqual([]);
  expect(await layoutShift(page)).toBeLessThan(0.1);
  const narrow = await studio.page("/schedules", { apiKey: tenant.keys.viewer, viewport: { width: 360, height: 740 } });
  await narrow.getByRole("heading", { name: "Every night" }).waitFor();
  expect(await overflowPx(narrow)).toBe(0);

  // By day: the same schedule stands on most of the next seven, and leads to its details.
  await narrow.getByRole("button", { name: "By day" }).click();
  const days = narrow.getByRole("list", { name: "The next seven days" });
  await days.getByRole("button", { name: "Every night" }).first().waitFor();
  expect(await days.getByRole("heading").count()).toBe(7);
  expect(await days.getByRole("button", { name: "Every night" }).count()).toBeGreaterThanOrEqual(6);
  expect(await overflowPx(narrow)).toBe(0);
  expect(await axeViolations(narrow)).toEqual([]);
  await days.getByRole("button", { name: "Every night" }).first().click();
  await narrow.getByRole("table", { name: "Next times of Every night" }).waitFor();
});

test("[STU-01] without a server the page says so, and goes on when there is one", async () => {
  const page = await studio.page("/schedules", { apiKey: tenant.keys.viewer });
  await page.getByRole("heading", { name: "Every night" }).waitFor();
  await studio.withoutServer(async () => {
    await page
      .getByText(/reconnecting|not live|no connection|does not answer/i)
      .first()
      .waitFor();
  });
  await page.getByText("live", { exact: true }).first().waitFor();
  expect(await page.getByRole("heading", { name: "Every night" }).isVisible()).toBe(true);
});
