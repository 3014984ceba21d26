import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeViolations,
  layoutShift,
  openStudio,
  overflowPx,
  publish,
  reaches,
  start,
  type Studio,
  type StudioPage,
  type Tenant,
} from "./testing/studio.ts";
import { brightnessOf, difference } from "./testing/icon-pixels.ts";
import { failing, gatedOrder, looping, refund } from "./testing/workflows.ts";

let studio: Studio;
let tenant: Tenant;
let nobody: Tenant;
let failedRun: string;
let waitingRun: string;
let askingRun: string;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Studio");
  nobody = await studio.tenant("Nobody");
  studio.shop.open("studio");
  for (const definition of [failing(studio.shop.url), looping(studio.shop.url), gatedOrder(studio.shop.url, "studio")])
    await publish(tenant.client, definition);
  failedRun = await start(tenant.client, "failing");
  await start(tenant.client, "looping");
  waitingRun = await start(tenant.client, "gated-studio", { orderId: "o-17" });
  await publish(tenant.client, refund());
  askingRun = await start(tenant.client, "refund", { orderId: "o-17" });
  for (const runId of [waitingRun, askingRun]) await reaches(tenant.client, runId, "WAITING");
  await reaches(tenant.client, failedRun, "FAILED");
});
afterAll(() => studio?.stop());

test("[MIG-10] the stack of the browser tests executes runs on Temporal, and what the pages show comes from there", async () => {
  const rows = await studio.sql(
    "select id, engine, status, temporal_workflow_id as workflow, temporal_run_id is not null as executed from workflow_runs where id = any($1) order by status",
    [[failedRun, waitingRun]],
  );
  const common = { engine: "temporal", executed: true };
  expect(rows).toEqual([
    { ...common, id: failedRun, status: "FAILED", workflow: `workflow-runtime-v2:run:${failedRun}` },
    { ...common, id: waitingRun, status: "WAITING", workflow: `workflow-runtime-v2:run:${waitingRun}` },
  ]);
  const page = await studio.page("/runs?status=FAILED", { apiKey: tenant.keys.viewer });
  await page.getByRole("link", { name: /^failing version 1, failed/ }).waitFor();
});

test("[STU-01] one signs in with a key, a wrong one is said to be wrong, and signs out again", async () => {
  const page = await studio.page("/runs?status=FAILED");
  await page.getByLabel("API key", { exact: true }).waitFor();
  await page.keyboard.type("not-a-key");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("This key is not known").waitFor();
  await page.getByLabel("API key", { exact: true }).fill(tenant.keys.viewer);
  await page.keyboard.press("Enter");
  // The address that was asked for is where one arrives.
  await page.getByRole("link", { name: /^failing version 1, failed/ }).waitFor();
  expect(page.url()).toBe(`${studio.url}/runs?status=FAILED`);
  await page.reload();
  await page.getByRole("link", { name: /^failing version 1, failed/ }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key", { exact: true }).waitFor();
  expect(await page.evaluate("Object.keys(sessionStorage)")).not.toContain("mainspring.apiKey");
});

test("[STU-01] one goes to another tenant and back in one tab, and neither shows what the other has", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  await page.getByRole("link", { name: /^failing version 1, failed/ }).waitFor();
  await page.getByRole("button", { name: "Signed in to Studio as viewer" }).click();
  const dialog = page.getByRole("dialog", { name: "Signed in" });
  const key = dialog.getByLabel("Use another key", { exact: true });
  await key.fill("not-a-key");
  await page.keyboard.press("Enter");
  await dialog.getByText("This key is not known").waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await key.fill(nobody.keys.operator);
  await page.keyboard.press("Enter");
  await page.getByText("No runs yet").waitFor();
  expect(await page.getByRole("link", { name: /^failing/ }).count()).toBe(0);
  await page.getByRole("button", { name: "Signed in to Nobody as operator" }).click();
  await page
    .getByRole("list", { name: "Other keys of this tab" })
    .getByRole("button", { name: /^Studio/ })
    .click();
  await page.getByRole("link", { name: /^failing version 1, failed/ }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key", { exact: true }).waitFor();
  const left = await page.evaluate<string[]>("Object.keys(sessionStorage)");
  expect(left.filter((name) => name.startsWith("mainspring"))).toEqual([]);
  expect(page.complaints).toEqual([]);
});

test("[STU-01] a key that is taken away ends the session with the reason, and another one of the tab can be gone on with", async () => {
  const { id, key } = await tenant.client.apiKeys.create({ body: { name: "for a moment", role: "viewer" } });
  const page = await studio.page("/runs", { apiKey: key });
  await page.getByRole("link", { name: /^failing/ }).waitFor();
  const other = { apiKey: nobody.keys.viewer, tenant: "Nobody", role: "viewer", name: "the viewer" };
  await page.evaluate(`sessionStorage.setItem("mainspring.otherKeys", ${JSON.stringify(JSON.stringify([other]))})`);
  await tenant.client.apiKeys.revoke({ params: { id } });
  await page.getByRole("alert").getByText("This key is no longer accepted").waitFor();
  expect(await page.getByRole("link", { name: /^failing/ }).count()).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
  await page
    .getByRole("list", { name: "Other keys of this tab" })
    .getByRole("button", { name: /^Nobody/ })
    .click();
  await page.getByText("No runs yet").waitFor();
});

test("[STU-01] the list shows each run with status, why and time, keeps itself up to date and has its filters in the address", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.operator });
  const row = (name: RegExp) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name }) });
  await row(/^failing/)
    .getByText("failed in charge")
    .waitFor();
  expect(await row(/^failing/).innerText()).toMatch(/Failed[\s\S]*failing v1[\s\S]*HTTP_404/);
  await row(/^gated-studio/)
    .getByText(/payment\.received.*o-17/)
    .waitFor();
  expect(
    await row(/^gated-studio/)
      .locator("time")
      .getAttribute("title"),
  ).toMatch(/^\w{3} \d+ \w{3} \d{4}, \d\d:\d\d:\d\d\.\d{3} /);

  await start(tenant.client, "looping");
  await expect.poll(() => row(/^looping version 1, succeeded/).count(), { timeout: 30_000 }).toBe(2);

  await page.getByRole("button", { name: "Waiting" }).click();
  await row(/^failing/).waitFor({ state: "detached" });
  expect(page.url()).toBe(`${studio.url}/runs?status=WAITING`);
  await page.getByRole("button", { name: "Waiting" }).click();
  await page.getByLabel("Workflow", { exact: true }).selectOption("failing");
  await row(/^looping/)
    .first()
    .waitFor({ state: "detached" });
  expect(new URL(page.url()).searchParams.get("workflow")).toBe("failing");
  await page.getByLabel(/^Search/).fill("no such text");
  await page.getByText("No run passes these filters").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await row(/^gated-studio/).waitFor();
  expect(page.url()).toBe(`${studio.url}/runs`);
});

test("[STU-01] a run is found, opened and read with the keyboard alone", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.operator });
  await page.getByRole("link", { name: /^failing/ }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("HTTP_404");
  await page.getByRole("link", { name: /^gated-studio/ }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: /^gated-studio/ }).waitFor();
  const names = await page.locator(".run-row-link").allInnerTexts();
  for (let presses = 0; presses <= names.indexOf("failing"); presses += 1) await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^failing/ }).waitFor();
  await page.getByRole("button", { name: /^find/ }).waitFor();
  await page.keyboard.press("j");
  await page.getByRole("region", { name: "Step find" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.getByRole("region", { name: "Step find" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Step find" }).waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "detached" });
  expect(page.complaints).toEqual([]);
});

test("[STU-01] empty lists, unknown runs and what a key may not do are said", async () => {
  const empty = await studio.page("/runs", { apiKey: nobody.keys.viewer });
  await empty.getByText("No runs yet").waitFor();
  await empty.getByRole("link", { name: "Workflows" }).first().click();
  await empty.getByText("No workflows yet").waitFor();
  // Another tenant's run is as unknown as one that never was.
  await empty.goto(`${studio.url}/runs/${failedRun}`);
  await empty.getByRole("heading", { name: "No such run" }).waitFor();
  await empty.goto(`${studio.url}/nowhere`);
  await empty.getByRole("heading", { name: "There is no such page" }).waitFor();

  const viewer = await studio.page("/workflows", { apiKey: tenant.keys.viewer });
  await viewer.getByRole("heading", { name: "Looping" }).waitFor();
  expect(await viewer.getByRole("button", { name: /^Start/ }).count()).toBe(0);
});

test("[STU-01] while the server is away the list says so and keeps what it showed", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  await page.getByText("live", { exact: true }).waitFor();
  await studio.withoutServer(() => page.getByText("reconnecting").waitFor());
  expect(await page.getByRole("link", { name: /^failing/ }).isVisible()).toBe(true);
  await page.getByText("live", { exact: true }).waitFor();
});

test("[STU-01] a run is started from a published workflow with a payload that is checked first", async () => {
  const page = await studio.page("/workflows", { apiKey: tenant.keys.operator });
  await page.getByRole("button", { name: "Start gated-studio" }).click();
  const dialog = page.getByRole("dialog", { name: "Start gated-studio" });
  const payload = dialog.getByLabel("Payload (JSON)");
  await payload.waitFor();
  expect(JSON.parse(await payload.inputValue())).toEqual({ orderId: "" });
  await payload.fill('{"orderId": }');
  await dialog.getByText(/^This is not JSON/).waitFor();
  expect(await dialog.getByRole("button", { name: "Start run" }).isDisabled()).toBe(true);
  await payload.fill('{"orderId": ""}');
  await dialog.getByRole("button", { name: "Start run" }).click();
  await dialog.getByText("/payload/orderId").or(dialog.getByText("/orderId")).first().waitFor();
  await payload.fill('{"orderId": "o-99"}');
  await dialog.getByRole("button", { name: "Start run" }).click();
  await page.getByText(/^It waits for payment\.received with key "?o-99/).waitFor();
  expect(page.url()).toMatch(/\/runs\/[0-9a-f-]{36}$/);
});

type Opened = readonly [path: string, sign: RegExp, act?: (page: StudioPage) => Promise<unknown>];

/** Every page and dialog, with what is there once it has loaded. */
const pages = (): Record<string, Opened> => ({
  runs: ["/runs", /^failing/],
  failed: [`/runs/${failedRun}`, /^failing/, (page) => page.getByRole("button", { name: /^charge/ }).click()],
  waiting: [`/runs/${waitingRun}`, /^gated-studio/, (page) => page.getByText(/^Evidence/).click()],
  past: [`/runs/${waitingRun}?at=5`, /^gated-studio/],
  waits: [`/runs/${waitingRun}?tab=waits`, /^gated-studio/],
  tasks: [`/runs/${askingRun}?tab=tasks`, /^Refund of o-17/],
  data: [`/runs/${waitingRun}?tab=data`, /^Variables/],
  lineage: [`/runs/${failedRun}?tab=lineage`, /^failing/],
  journal: [`/runs/${waitingRun}?tab=journal`, /^gated-studio/],
  cancel: [`/runs/${waitingRun}`, /^gated-studio/, (page) => page.getByRole("button", { name: "Cancel" }).click()],
  replay: [`/runs/${failedRun}`, /^failing/, (page) => page.getByRole("button", { name: "Replay" }).click()],
  restart: [
    `/runs/${failedRun}`,
    /^failing/,
    async (page) => {
      await page.getByRole("button", { name: /^charge/ }).waitFor();
      await page.getByRole("button", { name: "Restart from step" }).click();
      await page.getByText("Runs again").waitFor();
    },
  ],
  inbox: ["/inbox", /Refund of o-17/],
  workflows: ["/workflows", /Looping|Workflows/],
  start: ["/workflows?start=gated-studio", /Start gated-studio/],
});

async function open(page: StudioPage, [path, sign, act]: Opened): Promise<void> {
  await page.goto(studio.url + path);
  await page
    .getByRole("heading", { name: sign })
    .or(page.getByRole("link", { name: sign }))
    .or(page.getByRole("main").getByRole("button", { name: sign }))
    .first()
    .waitFor();
  await act?.(page);
  await page.waitForLoadState("load");
}

test.each(["light", "dark"] as const)(
  "[STU-01] no page breaks WCAG 2.2 AA by what axe can see, in %s",
  async (colorScheme) => {
    const signIn = await studio.page("/", { colorScheme });
    await signIn.getByLabel("API key", { exact: true }).waitFor();
    const rules = colorScheme === "light" ? "all" : "colours";
    expect(await axeViolations(signIn, rules), "sign-in").toEqual([]);
    const page = await studio.page("/runs", { apiKey: tenant.keys.operator, colorScheme });
    for (const [name, opened] of Object.entries(pages())) {
      await open(page, opened);
      expect(await axeViolations(page, rules), name).toEqual([]);
    }
    expect(page.complaints).toEqual([]);
  },
);

test("[STU-01] nothing is wider than a screen of 360 px, and nothing jumps when data arrives", async () => {
  const page = await studio.page("/runs", { apiKey: tenant.keys.operator, viewport: { width: 360, height: 740 } });
  for (const [name, opened] of Object.entries(pages())) {
    await open(page, opened);
    expect(await overflowPx(page), name).toBe(0);
    expect(await layoutShift(page), name).toBeLessThan(0.1);
  }
});

test.each(["light", "dark"] as const)(
  "[STU-01] the shape alone tells the statuses apart, to every kind of colour vision, in %s",
  async (colorScheme) => {
    const page = await studio.page("/runs", { apiKey: tenant.keys.viewer, colorScheme });
    await page.getByRole("button", { name: "Canceled" }).waitFor();
    for (const vision of ["none", "achromatopsia", "deuteranopia", "protanopia", "tritanopia"] as const) {
      const icons = await brightnessOf(page, ".status-chip svg", vision);
      expect(icons).toHaveLength(7);
      for (const [i, one] of icons.entries()) {
        for (const [j, other] of icons.entries()) {
          if (i !== j) expect(difference(one, other), `${vision}: icons ${i} and ${j}`).toBeGreaterThan(0.08);
        }
      }
    }
  },
);
