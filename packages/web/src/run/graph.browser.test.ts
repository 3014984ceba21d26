import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeViolations,
  openStudio,
  overflowPx,
  publish,
  reaches,
  start,
  type Studio,
  type Tenant,
} from "../testing/studio.ts";

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
  await publish(tenant.client, {
    workflow: "price-import",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "[1..payload.rows]" },
        itemVar: "row",
        maxItems: 2_000,
        body: [
          { id: "read", type: "transform.assign", assign: { "vars.last": { $expr: "row" } } },
          { id: "write", type: "transform.assign", assign: { "vars.sum": { $expr: "row" } } },
        ],
      },
      {
        id: "large",
        type: "control.if",
        condition: { $expr: "payload.rows > 100" },
        then: [{ id: "noted", type: "state.set", state: "LARGE" }],
      },
    ],
  });
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
  expect(await overflowPx(page)).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
});

const zoomOf = (url: string): string | null => new URL(url).searchParams.get("zoom");

test("[STU-01] the timeline shows steps and waits over time, is zoomed and moved by keyboard, and its address holds what is shown", async () => {
  const waiting = await start(tenant.client, "fix-devices", { devices: ["on"] });
  await reaches(tenant.client, waiting, "WAITING");
  const page = await studio.page(`/runs/${waiting}?tab=timeline`, { apiKey: tenant.keys.viewer });
  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByRole("button", { name: /^told/ }).waitFor();
  await timeline.getByText("confirmed · k", { exact: true }).waitFor();
  expect(await timeline.getByRole("status").innerText()).toMatch(/^whole run/);
  expect(await timeline.getByRole("button", { name: "Later" }).isDisabled()).toBe(true);

  await page.keyboard.press("+");
  await page.waitForURL(/zoom=\d+-\d+/);
  const first = zoomOf(page.url());
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => zoomOf(page.url())).not.toBe(first);
  await timeline.getByRole("button", { name: "Later" }).click();
  await expect.poll(() => zoomOf(page.url())).toBe(first);
  await page.reload();
  await timeline.getByText(/after its start$/).waitFor();
  expect(zoomOf(page.url())).toBe(first);
  await page.keyboard.press("0");
  await timeline.getByText(/^whole run/).waitFor();
  await page.waitForURL((url) => zoomOf(url.href) === null);

  await page.keyboard.press("j");
  await page.getByRole("region", { name: /^Step each/ }).waitFor();
  await page.keyboard.press("z");
  await page.waitForURL(/zoom=/);
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: /^Step each/ }).waitFor({ state: "detached" });
  expect(page.complaints).toEqual([]);
});

test("[STU-01] the timeline of a run of 2,000 steps draws what is in sight, reads on a phone in dark, and has no serious axe violations", async () => {
  const large = await start(tenant.client, "price-import", { rows: 1_000 });
  await reaches(tenant.client, large, "SUCCEEDED");
  const page = await studio.page(`/runs/${large}?tab=timeline`, {
    apiKey: tenant.keys.viewer,
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
  });
  const timeline = page.getByRole("region", { name: "Timeline" });
  // Loops are folded at first, and say how often they turned.
  await timeline.getByText("(1000)").waitFor();
  expect(await timeline.getByRole("listitem").count()).toBe(3);
  await page.keyboard.press("f");
  await timeline.getByRole("button", { name: /^read\[0\]/ }).waitFor();
  await page.keyboard.press("k");
  await timeline.getByRole("button", { name: /^noted/ }).waitFor();
  expect(await timeline.getByRole("listitem").count()).toBeLessThan(100);
  expect(await timeline.getByRole("listitem").last().getAttribute("aria-posinset")).toBe("2003");
  expect(await overflowPx(page)).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
});

test("[DIF-01] two runs are compared: another of the same workflow is offered, and where they first part is said with both sides", async () => {
  const [a, b] = [
    await start(tenant.client, "price-import", { rows: 2 }),
    await start(tenant.client, "price-import", { rows: 101 }),
  ];
  for (const id of [a, b]) await reaches(tenant.client, id, "SUCCEEDED");
  const page = await studio.page(`/runs/${a}`, { apiKey: tenant.keys.viewer });
  await page.getByRole("link", { name: "Compare" }).click();
  const picker = page.getByRole("region", { name: "Choose run B" });
  await picker.getByRole("button", { name: new RegExp(`#${b.slice(-6)}`) }).waitFor();
  // Others of the workflow; itself is not one, and neither is a run of another workflow.
  expect(await picker.getByRole("button", { name: new RegExp(`#${a.slice(-6)}|fix-devices`) }).count()).toBe(0);
  await picker.getByRole("button", { name: new RegExp(`#${b.slice(-6)}`) }).click();
  await page.getByText(/^They first part here: The payload differs at \/rows: 2 in A, 101 in B\.$/).waitFor();
  const way = page.getByRole("region", { name: "Way" });
  await way.getByText("Only B went to read[2].").waitFor();
  await way.getByText("has no such step").waitFor();
  expect(new URL(page.url()).searchParams.toString()).toBe(`a=${a}&b=${b}`);

  await page.getByRole("button", { name: "Swap A and B" }).click();
  await way.getByText("Only A went to read[2].").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await way.getByRole("link", { name: "read[2]" }).click();
  await page.getByRole("region", { name: /^Step read\[2\]/ }).waitFor();
  expect(page.complaints).toEqual([]);
});
