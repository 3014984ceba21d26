import { ApiProblem, createClient } from "@mainspring/api";
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
} from "../testing/studio.ts";
import { refund } from "../testing/workflows.ts";

let studio: Studio;
let tenant: Tenant;

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Tasks");
  await publish(tenant.client, refund());
  await publish(tenant.client, refund({ groups: ["legal"] }, "refund-legal"));
});
afterAll(() => studio?.stop());

async function asked(orderId: string, workflow = "refund"): Promise<string> {
  const runId = await start(tenant.client, workflow, { orderId });
  await reaches(tenant.client, runId, "WAITING");
  return runId;
}

const outputOf = async (runId: string): Promise<unknown> =>
  (await tenant.client.runs.get({ params: { id: runId } })).output;
const formOf = (page: StudioPage, orderId: string) =>
  page.getByRole("form", { name: `Answer to Refund of ${orderId}` });

test("[WAI-13] [WAI-14] a task is claimed and completed on the run's page, an answer that does not fit shows where", async () => {
  const runId = await asked("o-17");
  const page = await studio.page(`/runs/${runId}`, { apiKey: tenant.keys.operator });
  await page
    .getByText(/waits for the operator/)
    .first()
    .waitFor();
  await page.getByRole("tab", { name: /^Tasks/ }).click();
  const form = formOf(page, "o-17");
  await form.getByRole("button", { name: "Claim" }).click();
  await page.getByText(/claimed by you/).waitFor();
  await form.getByRole("button", { name: "Release" }).waitFor();

  await form.getByLabel("Amount").fill("900");
  await form.getByLabel("Comment").fill("the kettle came broken");
  await form.getByRole("button", { name: "Complete" }).click();
  await form.getByText("ANSWER_INVALID").waitFor();
  await form.getByRole("group", { name: "Approve the refund?" }).getByText("must be there").waitFor();
  await form.getByRole("group").locator("input:focus").waitFor();
  expect(await form.getByRole("textbox", { name: "Amount" }).getAttribute("aria-invalid")).toBe("true");
  expect(await form.locator(".form-problem").allInnerTexts()).toHaveLength(2);
  expect((await tenant.client.runs.get({ params: { id: runId } })).status).toBe("WAITING");

  await form.getByLabel("Yes").check();
  await form.getByLabel("Amount").fill("39,8");
  await form.getByRole("button", { name: "Complete" }).click();
  await page.getByText("Answered by you").waitFor();
  await page.getByText(/^It succeeded/).waitFor();
  expect(await outputOf(runId)).toEqual({ approved: true, amount: 39.8, comment: "the kettle came broken" });
  expect(page.complaints).toEqual([]);
});

test("[STU-01] [WAI-13] the inbox has one's own tasks by due time, is used with the keyboard, and goes on to the next task", async () => {
  const first = await asked("o-21");
  const second = await asked("o-22");
  await asked("o-23", "refund-legal");
  const page = await studio.page("/inbox", { apiKey: tenant.keys.operator });
  const tasks = page.getByRole("list", { name: /^Tasks/ });
  await formOf(page, "o-21").waitFor();
  expect(await tasks.getByRole("button").count()).toBe(2);
  await page.keyboard.press("j");
  await formOf(page, "o-22").waitFor();
  await page.keyboard.press("k");
  const form = formOf(page, "o-21");
  await form.getByLabel("No").check();
  await form.getByLabel("Amount").fill("1");
  await form.getByRole("button", { name: "Complete" }).click();
  await reaches(tenant.client, first, "SUCCEEDED");
  expect(await outputOf(first)).toEqual({ approved: false, amount: 1 });
  await formOf(page, "o-22").waitFor();
  await tasks.getByText("Refund of o-21").waitFor({ state: "detached" });

  // Somebody else is faster: the form says so, and the list follows.
  const operator = createClient({ baseUrl: studio.url, apiKey: tenant.keys.operator });
  const [task] = (await operator.tasks.list({ query: { runId: second } })).items;
  await operator.tasks.complete({ params: { id: task!.id }, body: { answer: { approved: true, amount: 2 } } });
  await tasks.waitFor({ state: "detached" });
  await page.getByText("Nothing waits for you").waitFor();
  await page.getByRole("button", { name: "All open tasks" }).click();
  await formOf(page, "o-23").waitFor();
  expect(page.url()).toBe(`${studio.url}/inbox?show=open`);
  await page.getByRole("button", { name: "Closed" }).click();
  await tasks.getByText("Refund of o-22").waitFor();
  expect(page.complaints).toEqual([]);
});

test("[STU-01] a viewer may look at a task, and not answer it; past the form goes an administrator alone", async () => {
  const runId = await asked("o-31");
  const viewer = await studio.page(`/runs/${runId}?tab=tasks`, { apiKey: tenant.keys.viewer });
  await viewer.getByText("may look at tasks and not answer them").waitFor();
  expect(await viewer.getByRole("button", { name: /claim|complete|override/i }).count()).toBe(0);
  const [task] = (await tenant.client.tasks.list({ query: { runId } })).items;
  for (const role of ["viewer", "operator"] as const) {
    const client = createClient({ baseUrl: studio.url, apiKey: tenant.keys[role] });
    const refusal: unknown = await client.tasks
      .override({ params: { id: task!.id }, body: { answer: "whatever" } })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiProblem);
    expect(refusal).toMatchObject({ status: 403 });
  }
  const admin = await studio.page(`/runs/${runId}?tab=tasks`, { apiKey: tenant.keys.admin });
  await admin.getByRole("button", { name: "Override…" }).click();
  const dialog = admin.getByRole("dialog", { name: "Answer past the form?" });
  await dialog.getByLabel("Answer (JSON)").fill('"as agreed by phone"');
  await dialog.getByRole("button", { name: "Override" }).click();
  await admin.getByText(/Answered by you, past the form/).waitFor();
  await admin.getByText(/^It succeeded/).waitFor();
  expect(await outputOf(runId)).toBe("as agreed by phone");
  expect(admin.complaints).toEqual([]);
});

test("[STU-01] an empty inbox and a refused form are clean for axe in both schemes; the inbox fits 360 px and does not jump", async () => {
  await asked("o-41");
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await studio.page("/inbox", { apiKey: tenant.keys.admin, colorScheme });
    await page.getByText("Nothing waits for you").waitFor();
    const rules = colorScheme === "light" ? "all" : "colours";
    expect(await axeViolations(page, rules), `empty, ${colorScheme}`).toEqual([]);
    await page.goto(`${studio.url}/inbox?show=open`);
    await page.getByRole("form").waitFor();
    await page.getByRole("button", { name: "Complete" }).click();
    await page.getByText("ANSWER_INVALID").waitFor();
    expect(await axeViolations(page, rules), `refused, ${colorScheme}`).toEqual([]);
  }
  const narrow = await studio.page("/inbox?show=open", {
    apiKey: tenant.keys.operator,
    viewport: { width: 360, height: 740 },
  });
  await narrow.getByRole("button", { name: /^Open Refund of o-41/ }).waitFor();
  expect(await layoutShift(narrow)).toBeLessThan(0.1);
  await narrow.getByRole("button", { name: /Refund of o-41/ }).click();
  await formOf(narrow, "o-41").waitFor();
  expect(await overflowPx(narrow)).toBe(0);
});
