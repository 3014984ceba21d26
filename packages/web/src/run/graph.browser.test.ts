import { afterAll, beforeAll, expect, test } from "vitest";
import { axeViolations, openStudio, publish, reaches, start, type Studio, type Tenant } from "../testing/studio.ts";

let studio: Studio;
let tenant: Tenant;
let runId: string;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Graph");
  await publish(tenant.client, {
    workflow: "fix-devices",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "payload.devices" },
        itemVar: "device",
        onItemError: "continue",
        body: [
          {
            id: "check",
            type: "control.if",
            condition: { $expr: "device = 'off'" },
            then: [{ id: "broken", type: "control.raise", code: "DEVICE_OFFLINE", message: "It is off." }],
            else: [{ id: "fixed", type: "transform.assign", assign: { "vars.fixed": true } }],
          },
        ],
      },
      {
        id: "side",
        type: "control.parallel",
        branches: [
          { id: "note", steps: [{ id: "noted", type: "state.set", state: "NOTED" }] },
          {
            id: "confirm",
            steps: [{ id: "told", type: "event.wait", event: "confirmed", correlationKey: "k", timeoutMs: 600_000 }],
          },
        ],
      },
      { id: "never", type: "state.set", state: "DONE" },
    ],
  });
  runId = await start(tenant.client, "fix-devices", { devices: ["on", "off", "on"] });
  await reaches(tenant.client, runId, "WAITING");
});
afterAll(() => studio?.stop());

test("[STU-01] the graph shows the way that a run took, counts of a loop, and where it stands", async () => {
  const page = await studio.page(`/runs/${runId}?tab=graph`, { apiKey: tenant.keys.viewer });
  await page.getByRole("button", { name: /^told confirmed Waiting$/ }).waitFor();
  await page.getByRole("button", { name: /^fixed transform\.assign\s+2\s+Succeeded$/ }).waitFor();
  await page.getByRole("button", { name: /^broken DEVICE_OFFLINE Failed$/ }).waitFor();
  expect(await page.getByRole("button", { name: /^never/ }).count()).toBe(0);
  expect(await page.getByText("never").isVisible()).toBe(true);

  await page.getByRole("button", { name: /^broken/ }).click();
  await page.getByRole("region", { name: /^Step broken\[1\]/ }).waitFor();
  expect(page.complaints).toEqual([]);

  await tenant.client.events.accept({ body: { name: "confirmed", id: "c-1", correlationKey: "k", payload: {} } });
  await page.getByRole("button", { name: /^never DONE Succeeded$/ }).waitFor();
});

test("[STU-01] the graph is usable by keyboard, in dark, on a phone, and without serious axe violations", async () => {
  const page = await studio.page(`/runs/${runId}?tab=graph`, {
    apiKey: tenant.keys.viewer,
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
  });
  const node = page.getByRole("button", { name: /^told/ });
  await node.waitFor();
  await node.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: /^Step told/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: /^Step told/ }).waitFor({ state: "detached" });
  expect(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).toBe(
    true,
  );
  expect(await axeViolations(page)).toEqual([]);
});
