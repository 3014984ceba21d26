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
  expect(await axeViolations(page)).toEqual([]);
  expect(page.complaints).toEqual([]);
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
  await line.getByText("30 2 * * *, America/Chicago").waitFor();
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
