import { afterAll, beforeAll, expect, test } from "vitest";
import { axeViolations, openStudio, publish, reaches, start, type Studio, type Tenant } from "../testing/studio.ts";

let studio: Studio;
let tenant: Tenant;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Bulk");
  for (const workflow of ["keep-waiting", "stop-me"])
    await publish(tenant.client, {
      workflow,
      steps: [
        { id: "set", type: "state.set", state: "AT_HOME" },
        { id: "wait", type: "event.wait", event: "go", correlationKey: "k", timeoutMs: 600_000 },
      ],
    });
});
afterAll(() => studio?.stop());

async function waiting(workflow: string): Promise<string> {
  const runId = await start(tenant.client, workflow, { n: 1 });
  await reaches(tenant.client, runId, "WAITING");
  return runId;
}

test("[STU-01] [BLK-01] all runs that pass the filters are cancelled after it was shown which, and no other", async () => {
  const stopped = [await waiting("stop-me"), await waiting("stop-me")];
  const kept = await waiting("keep-waiting");
  const page = await studio.page("/runs?workflow=stop-me", { apiKey: tenant.keys.operator });
  await page
    .getByRole("link", { name: /^stop-me/ })
    .nth(1)
    .waitFor();
  const menu = page.getByRole("combobox", { name: "With all of these runs" });
  expect(await menu.getByRole("option").allInnerTexts()).not.toContain("Delete");
  await menu.selectOption("cancel");

  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 runs", { exact: true }).waitFor();
  expect(await dialog.getByRole("listitem").count()).toBe(2);
  // What comes after the plan is not touched by it.
  const later = await waiting("stop-me");
  await dialog.getByLabel("Reason (optional)").fill("a test");
  await dialog.getByRole("button", { name: "Cancel 2 runs" }).click();
  await page.getByRole("dialog", { name: "Cancel: 2 of 2 runs done" }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  for (const runId of stopped) {
    await reaches(tenant.client, runId, "CANCELED");
    expect((await tenant.client.runs.get({ params: { id: runId } })).cancelReason).toBe("a test");
  }
  for (const runId of [kept, later])
    expect((await tenant.client.runs.get({ params: { id: runId } })).status).toBe("WAITING");
  expect(page.complaints).toEqual([]);
});

test("[STU-01] [BLK-01] runs that are chosen one by one, by the keyboard too, are cancelled and no other that passes the filters", async () => {
  const [first, second, third] = [await waiting("stop-me"), await waiting("stop-me"), await waiting("stop-me")];
  const page = await studio.page("/runs?workflow=stop-me&status=WAITING", { apiKey: tenant.keys.operator });
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  const menu = page.getByRole("combobox", { name: "With the chosen runs" });
  expect(await menu.isDisabled()).toBe(true);
  await page.getByRole("checkbox", { name: `Choose run ${first}` }).check();
  await page.getByRole("checkbox", { name: `Choose run ${third}` }).focus();
  await page.keyboard.press("Space");
  expect(await axeViolations(page)).toEqual([]);
  await menu.selectOption("cancel");
  const dialog = page.getByRole("dialog", { name: "Cancel the chosen runs?" });
  await dialog.getByText("2 runs", { exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Cancel 2 runs" }).click();
  await page.getByRole("dialog", { name: "Cancel: 2 of 2 runs done" }).getByRole("button", { name: "Close" }).click();
  for (const runId of [first, third]) await reaches(tenant.client, runId, "CANCELED");
  expect((await tenant.client.runs.get({ params: { id: second } })).status).toBe("WAITING");
  // The choice goes with what was done.
  await page.getByRole("combobox", { name: "With all of these runs" }).waitFor();
  expect(await page.getByRole("checkbox").count()).toBe(0);
  const viewer = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  await viewer
    .getByRole("link", { name: /^stop-me/ })
    .first()
    .waitFor();
  expect(await viewer.getByRole("button", { name: "Choose", exact: true }).count()).toBe(0);
  expect([...page.complaints, ...viewer.complaints]).toEqual([]);
});

test("[CASE-36] [STU-01] a text with signs in it finds its own run, and the address shows the same rows in a second window", async () => {
  const customers = ['O"Brien & Söhne', "50%_off", "50XYoff", "back\\slash", "日本橋"];
  const ids = new Map<string, string>();
  for (const customer of customers) {
    const runId = await start(tenant.client, "keep-waiting", { customer });
    await reaches(tenant.client, runId, "WAITING");
    ids.set(customer, runId);
  }
  const page = await studio.page("/runs?workflow=keep-waiting", { apiKey: tenant.keys.viewer });
  const rowsOf = async (window: typeof page): Promise<string[]> =>
    (await window.getByRole("link", { name: /run [0-9a-f-]{36}$/ }).allInnerTexts()).map((text) => text.trim());
  const other = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  for (const customer of customers) {
    await page.getByRole("textbox", { name: "Search payload, id or error" }).fill(customer);
    await page.waitForURL((url) => url.searchParams.get("q") === customer);
    await page.getByRole("link", { name: new RegExp(`run ${ids.get(customer) ?? ""}$`) }).waitFor();
    await page.waitForFunction(`document.querySelectorAll('a[href^="/runs/"]').length === 1`);
    await other.goto(page.url());
    await other.getByRole("link", { name: new RegExp(`run ${ids.get(customer) ?? ""}$`) }).waitFor();
    expect(await rowsOf(other), customer).toHaveLength(1);
    expect((await rowsOf(other)).length).toBe((await rowsOf(page)).length);
    expect(await other.getByRole("textbox", { name: "Search payload, id or error" }).inputValue()).toBe(customer);
  }
  expect([...page.complaints, ...other.complaints]).toEqual([]);
});

test("a workflow is paused with a note, unpaused and unpublished, each by whom it may be", async () => {
  await publish(tenant.client, {
    workflow: "on-and-off",
    steps: [{ id: "done", type: "control.return", output: 1 }],
  });
  const page = await studio.page("/workflows", { apiKey: tenant.keys.author });
  await page.getByRole("link", { name: "on-and-off", exact: true }).click();
  await page.getByRole("button", { name: "Pause…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note (optional)").fill("the shop moves");
  await dialog.getByRole("button", { name: "Pause workflow" }).click();
  await page.getByText(/: the shop moves\. Starts by people are held/).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const held = await start(tenant.client, "on-and-off", {});
  expect((await tenant.client.runs.get({ params: { id: held } })).status).toBe("QUEUED");

  const viewer = await studio.page("/workflows", { apiKey: tenant.keys.viewer });
  await viewer.getByText(/: the shop moves\. Starts by people are held/).waitFor();
  expect(await viewer.getByRole("button", { name: "Unpause" }).count()).toBe(0);
  await page.getByRole("button", { name: "Unpause on-and-off" }).click();
  await page.getByText(/Starts by people are held/).waitFor({ state: "detached" });
  await reaches(tenant.client, held, "SUCCEEDED");

  await page.getByRole("button", { name: "Unpublish…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Unpublish" }).click();
  await page.getByText("not published", { exact: true }).waitFor();
  expect((await tenant.client.workflows.get({ params: { key: "on-and-off" } })).publishedVersion).toBeNull();
  expect([...page.complaints, ...viewer.complaints]).toEqual([]);
});

test("[STU-01] filters stand in the address, and a view keeps them for the next person", async () => {
  const runId = await waiting("keep-waiting");
  const page = await studio.page("/runs", { apiKey: tenant.keys.operator });
  const row = page.getByRole("link", { name: new RegExp(`run ${runId}$`) });
  await row.waitFor();
  await page.getByRole("combobox", { name: "Workflow" }).selectOption("keep-waiting");
  await page.getByRole("textbox", { name: "Business state" }).fill("AT_HOME");
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Time" }).selectOption("1h");
  await page.getByRole("combobox", { name: "Started" }).selectOption("api");
  await row.waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    workflow: "keep-waiting",
    state: "AT_HOME",
    trigger: "api",
    within: "1h",
  });
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("At home");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove view" }).waitFor();

  const other = await studio.page("/runs", { apiKey: tenant.keys.viewer });
  await other.getByRole("combobox", { name: "Saved view" }).selectOption({ label: "At home" });
  await other.getByRole("link", { name: new RegExp(`run ${runId}$`) }).waitFor();
  await other.waitForURL((url) => url.search.includes("state=AT_HOME"));
  await other
    .getByRole("link", { name: /^stop-me/ })
    .first()
    .waitFor({ state: "detached" });
  // A viewer changes nothing.
  expect(await other.getByRole("combobox", { name: "With all of these runs" }).count()).toBe(0);
  expect(await other.getByRole("button", { name: "Remove view" }).count()).toBe(0);
  await page.getByRole("combobox", { name: "Started" }).selectOption("schedule");
  await page.getByText("No run passes these filters").waitFor();
});
