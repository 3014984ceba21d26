import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeViolations,
  layoutShift,
  openStudio,
  overflowPx,
  type Studio,
  type StudioPage,
  type Tenant,
} from "../testing/studio.ts";

let studio: Studio;
let tenant: Tenant;
/** Screenshots for people to look at; none are taken otherwise. */
const shots = process.env["SCREENSHOTS"];

beforeAll(async () => {
  studio = await openStudio();
  tenant = await studio.tenant("Settings");
});
afterAll(() => studio?.stop());

async function shoot(page: StudioPage, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: `${shots}/settings-${name}.png` });
}

async function post(path: string, secret: string, id: string): Promise<number> {
  const body = `{"type":"order.placed","n":1}`;
  const at = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`,
  };
  return (await fetch(studio.url + path, { method: "POST", body, headers })).status;
}

/** What a dialog shows this once, as it is closed. */
async function takeSecret(page: StudioPage, title: string): Promise<string> {
  const dialog = page.getByRole("dialog", { name: title });
  const secret = await dialog.locator(".shown-once code").innerText();
  // A slip does not lose it.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dialog.getByText("Copy it first, or say that you have it.").waitFor();
  await dialog.getByRole("button", { name: "I have it" }).click();
  await dialog.waitFor({ state: "detached" });
  return secret;
}

test("[STU-01] [WHK-01] a webhook is made, called, given a second secret, freed of the first, switched off and deleted", async () => {
  const page = await studio.page("/settings", { apiKey: tenant.keys.admin });
  await page.getByText("No webhooks yet").waitFor();
  await page.getByRole("button", { name: "New webhook…" }).click();
  const dialog = page.getByRole("dialog", { name: "New webhook" });
  await dialog.getByRole("textbox", { name: "Key", exact: true }).fill("shop");
  await dialog.getByRole("textbox", { name: /^Correlation key/ }).fill("body.(");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.getByText(/^\/\$expr:/).waitFor();
  await dialog.getByRole("textbox", { name: /^Correlation key/ }).fill("body.n");
  await dialog.getByRole("button", { name: "Create" }).click();
  const first = await takeSecret(page, "The secret of shop");
  const line = page.getByRole("region", { name: "Webhooks" }).getByRole("listitem").filter({ hasText: "shop" }).first();
  const address = await line.locator(".setting-address code").innerText();
  expect(address).toBe(`${studio.url}/hooks/${tenant.id}/shop`);
  const path = new URL(address).pathname;
  expect(await post(path, first, "m-1")).toBe(202);

  await line.getByRole("button", { name: "New secret" }).click();
  const second = await takeSecret(page, "The secret of shop");
  expect(second).not.toBe(first);
  expect([await post(path, first, "m-2"), await post(path, second, "m-3")]).toEqual([202, 202]);
  await shoot(page, "webhooks");
  await line.getByRole("button", { name: "remove secret 1" }).click();
  await line.getByRole("button", { name: "remove secret 2" }).waitFor({ state: "detached" });
  expect([await post(path, first, "m-4"), await post(path, second, "m-5")]).toEqual([401, 202]);
  await line.getByText(/^A call was refused .*: its signature was wrong/).waitFor();

  await line.getByRole("button", { name: "Change the webhook shop" }).click();
  const change = page.getByRole("dialog", { name: "Change the webhook shop" });
  expect(await change.getByRole("textbox", { name: /^Correlation key/ }).inputValue()).toBe("body.n");
  await change.getByRole("textbox", { name: /^Description/ }).fill("orders of the shop");
  await change.getByRole("button", { name: "Save" }).click();
  await line.getByText("orders of the shop").waitFor();

  await line.getByRole("button", { name: "Switch off" }).click();
  await line.getByText("· switched off").waitFor();
  expect(await post(path, second, "m-6")).toBe(404);
  await line.getByRole("link", { name: "its events" }).click();
  await page.getByRole("list", { name: "Events, newest first" }).getByText("order.placed").first().waitFor();
  await page.goBack();
  await line.getByRole("button", { name: "Delete the webhook shop" }).click();
  await page.getByRole("button", { name: "Delete webhook" }).click();
  await page.getByText("No webhooks yet").waitFor();
  expect(page.complaints).toEqual([]);
});

test("[STU-01] secrets are written and never shown; keys are made, shown once and revoked; the audit log has all of it", async () => {
  const page = await studio.page("/settings?tab=secrets", { apiKey: tenant.keys.admin });
  await page.getByText("No secrets yet").waitFor();
  const form = page.getByRole("form", { name: "Set a secret" });
  await form.getByRole("textbox", { name: "Name" }).fill("crm.token");
  await form.getByLabel("Value").fill("a-value-nobody-sees");
  await form.getByRole("button", { name: "Set" }).click();
  await page.getByText(/version 1 · set/).waitFor();
  expect(await page.locator("body").innerText()).not.toContain("a-value-nobody-sees");
  expect(await form.getByLabel("Value").inputValue()).toBe("");
  await shoot(page, "secrets");

  await page.getByRole("button", { name: "API keys" }).click();
  const keys = page.getByRole("form", { name: "Create an API key" });
  await keys.getByRole("textbox", { name: "Name" }).fill("the nightly job");
  await keys.getByLabel("Role").selectOption("operator");
  await keys.getByRole("button", { name: "Create" }).click();
  const key = await takeSecret(page, "The new key");
  const asked = (): Promise<number> =>
    fetch(`${studio.url}/api/v1/runs`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);
  expect(await asked()).toBe(200);
  await page.getByRole("button", { name: "Revoke the key the nightly job" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await page.getByText("1 revoked key").click();
  await page.getByText(/· revoked/).waitFor();
  expect(await asked()).toBe(401);
  // The key in use is not offered for revoking.
  expect(await page.getByRole("button", { name: "Revoke the key the admin" }).count()).toBe(0);
  await shoot(page, "keys");

  await page.getByRole("button", { name: "Audit log" }).click();
  const log = page.getByRole("list", { name: "Audit log, newest first" });
  for (const action of ["secret.set", "api-key.create", "api-key.revoke"])
    await log.getByText(action).first().waitFor();
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await page.getByText(/^All \d+ entries are as they were written\.$/).waitFor();
  await page.getByRole("textbox", { name: "Action" }).fill("secret.set");
  await log.getByText("api-key.revoke").first().waitFor({ state: "detached" });
  await page.waitForURL("**/settings?tab=audit&action=secret.set");
  await shoot(page, "audit");
  expect(page.complaints).toEqual([]);
});

test("[STU-01] event types, calendars and forms are made and changed, with what is wrong at its field; a sample is sent as a test event", async () => {
  const page = await studio.page("/settings?tab=event-types", { apiKey: tenant.keys.author });
  await page.getByText("No event types yet").waitFor();
  await page.getByRole("button", { name: "New event type…" }).click();
  const type = page.getByRole("dialog", { name: "New event type" });
  await type.getByRole("textbox", { name: "Name" }).fill("order.placed");
  await type.getByRole("textbox", { name: /^Where a payload/ }).fill("id");
  await type
    .getByRole("textbox", { name: /^Schema/ })
    .fill('{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}');
  await type.getByRole("textbox", { name: /^Samples/ }).fill('[{"id": "o-17"}, {"id": 18}]');
  await type.getByRole("button", { name: "Create" }).click();
  await type.getByText(/^\/1\/id:/).waitFor();
  await type.getByRole("textbox", { name: /^Samples/ }).fill('[{"id": "o-17"}]');
  await type.getByRole("button", { name: "Create" }).click();
  await type.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.getByRole("button", { name: "Change the event type order.placed" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("button", { name: "Send a test event order.placed" }).click();
  const send = page.getByRole("dialog", { name: "Send order.placed" });
  expect(JSON.parse(await send.getByRole("textbox", { name: "Payload (JSON)" }).inputValue())).toEqual({ id: "o-17" });
  expect(await axeViolations(page)).toEqual([]);
  await send.getByRole("button", { name: "Send event" }).click();
  await send.getByRole("link", { name: "See what becomes of it" }).click();
  const event = page.getByRole("region", { name: "Event order.placed" });
  await event.getByText("o-17", { exact: true }).first().waitFor();

  await page.goto(`${studio.url}/settings?tab=calendars`);
  await page.getByText("Mon-Fri 09:00-17:00").waitFor();
  await page.getByRole("button", { name: "Change the calendar default" }).click();
  const calendar = page.getByRole("dialog", { name: "Change the calendar default" });
  await calendar.getByRole("textbox", { name: "Friday" }).fill("nine to five");
  await calendar.getByRole("button", { name: "Save" }).click();
  await calendar.getByRole("alert").first().waitFor();
  await calendar.getByRole("textbox", { name: "Friday" }).fill("09:00-12:00");
  await calendar.getByRole("textbox", { name: /^Holidays/ }).fill("2031-12-25");
  await calendar.getByRole("button", { name: "Save" }).click();
  await page.getByText("Mon-Thu 09:00-17:00, Fri 09:00-12:00").waitFor();
  await page.getByText("1 holiday").waitFor();

  await page.getByRole("button", { name: "Forms" }).click();
  await page.getByRole("button", { name: "New form…" }).click();
  const form = page.getByRole("dialog", { name: "New form" });
  await form.getByRole("group", { name: "Approve?" }).waitFor();
  await form.getByRole("textbox", { name: "Name" }).fill("refund");
  await form.getByRole("textbox", { name: "Schema of the answer" }).fill('{"type": "nonsense"}');
  await form.getByRole("button", { name: "Create" }).click();
  await form.getByText(/^\/type:/).waitFor();
  await form
    .getByRole("textbox", { name: "Schema of the answer" })
    .fill('{"type": "object", "properties": {"amount": {"type": "number", "title": "How much?"}}}');
  await form.getByRole("textbox", { name: "How much?" }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await form.getByRole("button", { name: "Create" }).click();
  await page.getByRole("button", { name: "Change the form refund" }).waitFor();
  await page.getByRole("button", { name: "Delete the form refund" }).click();
  await page.getByRole("button", { name: "Delete form" }).click();
  await page.getByRole("button", { name: "Change the form refund" }).waitFor({ state: "detached" });
  expect(page.complaints).toEqual([]);
});

test("[STU-01] settings say what a key may not see, and pass axe in light and dark and at 360 px", async () => {
  await tenant.client.webhooks.create({ body: { key: "hub", scheme: "github", enabled: true, headers: [] } });
  const viewer = await studio.page("/settings?tab=audit", { apiKey: tenant.keys.viewer });
  await viewer.getByText("Your key may not see this").waitFor();
  await viewer.getByText(/a key of the role admin; yours has the role viewer/).waitFor();
  await viewer.getByRole("button", { name: "Webhooks" }).click();
  await viewer.getByText("hub", { exact: true }).waitFor();
  expect(await viewer.getByRole("button", { name: /new webhook|new secret|delete|switch|change/i }).count()).toBe(0);

  for (const colorScheme of ["light", "dark"] as const) {
    const page = await studio.page("/settings", { apiKey: tenant.keys.admin, colorScheme });
    const rules = colorScheme === "light" ? "all" : "colours";
    for (const [tab, ready] of [
      ["Webhooks", /^hub$/],
      ["Event types", /What events of a name/],
      ["Calendars", /When business is done/],
      ["Forms", /What people are asked/],
      ["Secrets", /Steps name them/],
      ["API keys", /Only its hash/],
      ["Usage and limits", /Steps this month/],
      ["Audit log", /webhook\.create/],
    ] as const) {
      await page.getByRole("button", { name: tab, exact: true }).click();
      await page.getByText(ready).first().waitFor();
      expect(await axeViolations(page, rules), `${tab}, ${colorScheme}`).toEqual([]);
      if (tab === "Usage and limits") await shoot(page, `usage-${colorScheme}`);
    }
    expect(await layoutShift(page)).toBeLessThan(0.1);
  }
  const narrow = await studio.page("/settings", {
    apiKey: tenant.keys.admin,
    viewport: { width: 360, height: 740 },
  });
  await narrow.getByText("hub", { exact: true }).waitFor();
  expect(await overflowPx(narrow)).toBe(0);
  await shoot(narrow, "narrow");
});
