import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient, type Client, type RunStatusName, type TenantRole } from "@mainspring/api";
import type { JsonObject } from "@mainspring/core";
import { createSupervisor, lineProgress, startStack } from "@mainspring/devstack";
import axe, { type AxeResults } from "axe-core";
import pg from "pg";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { openShop, type Shop } from "./shop.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a test waits for something to appear, in milliseconds. */
export const patienceMs = 30_000;

export interface Tenant {
  readonly id: string;
  readonly keys: { readonly [role in TenantRole]: string };
  /** With the admin's key. */
  readonly client: Client;
}

/** The whole product, running: Postgres, Temporal, server, worker, and a browser in front of it. */
export interface Studio {
  readonly url: string;
  readonly shop: Shop;
  /** With the platform's key. */
  readonly platform: Client;
  /** While `work` goes on the worker is held: it lives, and takes nothing. */
  withoutWorker(work: () => Promise<void>): Promise<void>;
  /** Asks the database as its owner: for what no route writes, and for what no route shows. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The server's process is killed and started again by the supervisor. */
  killServer(): void;
  /** While `work` goes on no server stays alive. */
  withoutServer(work: () => Promise<void>): Promise<void>;
  tenant(name: string): Promise<Tenant>;
  /** For a test: a page in a context of its own, signed in when `apiKey` is given. A failed test says what it showed. */
  page(path: string, options?: BrowserContextOptions & { readonly apiKey?: string }): Promise<StudioPage>;
  stop(): Promise<void>;
}

export interface StudioPage extends Page {
  /** What the browser complained of: defects in scripts and everything that the content policy refused. */
  readonly complaints: readonly string[];
}

export async function openStudio(): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-studio-"));
  const supervisor = createSupervisor();
  const said: string[] = [];
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, TEMPORAL_NAMESPACE: _namespace, ...env } = process.env;
  env["MAINSPRING_PORT"] = String(await portOfNobody());
  const progress = lineProgress((text) => void said.push(text));
  const stack = await startStack({ root, folder, env, progress }, supervisor).catch(async (error: unknown) => {
    await supervisor.stop();
    throw new Error(`the stack did not start:\n${said.join("")}`, { cause: error });
  });
  const { url, platformKey } = stack.dev();
  const shop = await openShop();
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: flags,
  });
  const platform = createClient({ baseUrl: url, apiKey: platformKey });

  function killServer(): void {
    const { server } = stack.dev().pids;
    if (server === undefined) throw new Error("the stack knows no server process");
    process.kill(server, "SIGKILL");
  }

  return {
    url,
    shop,
    platform,
    killServer,
    async withoutWorker(work) {
      const { worker } = stack.dev().pids;
      if (worker === undefined) throw new Error("the stack knows no worker process");
      process.kill(worker, "SIGSTOP");
      await work().finally(() => process.kill(worker, "SIGCONT"));
    },
    async sql(text, values = []) {
      const owner = new pg.Client({ connectionString: ownerUrlOf(stack.dev().databaseUrl, folder) });
      await owner.connect();
      try {
        return (await owner.query<Record<string, unknown>>(text, [...values])).rows;
      } finally {
        await owner.end();
      }
    },
    async withoutServer(work) {
      let isDown = true;
      const killing = (async () => {
        while (isDown) {
          try {
            killServer();
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // dead already, and not started again yet
          }
          await pause(50);
        }
      })();
      await work().finally(() => (isDown = false));
      await killing;
    },
    async tenant(name) {
      const { id } = await platform.platform.createTenant({ body: { name, egressAllow: [shop.host] } });
      const keyOf = async (role: TenantRole): Promise<string> =>
        (await platform.platform.createApiKey({ params: { id }, body: { name: `the ${role}`, role } })).key;
      const keys = {
        viewer: await keyOf("viewer"),
        operator: await keyOf("operator"),
        author: await keyOf("author"),
        admin: await keyOf("admin"),
      };
      return { id, keys, client: createClient({ baseUrl: url, apiKey: keys.admin }) };
    },
    page: (path, options = {}) => openPage(browser, url + path, options),
    async stop() {
      await browser.close();
      await shop.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ownerUrlOf(appUrl: string, folder: string): string {
  const url = new URL(appUrl);
  url.username = "mainspring";
  url.password = readFileSync(join(folder, "postgres", "password"), "utf8");
  return url.href;
}

/** Not the usual one: what answers there may be a stack that somebody works with. */
async function portOfNobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function openPage(
  browser: Browser,
  address: string,
  { apiKey, ...options }: BrowserContextOptions & { readonly apiKey?: string },
): Promise<StudioPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  if (apiKey !== undefined) await page.addInitScript({ content: signInOnce(apiKey) });
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") {
      const text = await page.locator("body").innerText({ timeout: 2_000 }).catch(String);
      process.stderr.write(`\n${page.url()} shows:\n${[text, ...complaints].join("\n")}\n`);
    }
    await context.close();
  });
  await page.goto(address);
  return Object.assign(page, { complaints });
}

/** Creates and publishes a workflow. */
export async function publish(client: Client, definition: JsonObject & { workflow: string }): Promise<void> {
  const { issues } = await client.workflows.create({ body: { definition } });
  if (issues.some((issue) => issue.severity === "error")) throw new Error(JSON.stringify(issues));
  await client.workflows.publish({ params: { key: definition.workflow }, body: {} });
}

export async function start(client: Client, workflow: string, payload: JsonObject = {}): Promise<string> {
  const reply = await client.runs.start({ params: { key: workflow }, body: { payload } });
  return "runId" in reply ? reply.runId : reply.id;
}

/** Waits until the run has this status. */
export async function reaches(client: Client, runId: string, status: RunStatusName): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const run = await client.runs.get({ params: { id: runId } });
    if (run.status === status) return;
    if (performance.now() > deadline)
      throw new Error(`the run is ${run.status}, not ${status}: ${JSON.stringify(run.error)}`);
    await pause(50);
  }
}

// What runs in the page is text: its globals are not those of these files.

/** Once for each tab: who signs out stays signed out. */
function signInOnce(apiKey: string): string {
  return `if (sessionStorage.getItem("tests.signedIn") === null) {
    sessionStorage.setItem("tests.signedIn", "yes");
    sessionStorage.setItem("mainspring.apiKey", ${JSON.stringify(apiKey)});
  }`;
}

const wcagTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe finds against WCAG 2.2 A and AA, as one line for each place.
 * @param of `colours`: only what differs between the colour schemes of one page
 */
export async function axeViolations(page: Page, of: "all" | "colours" = "all"): Promise<string[]> {
  const runOnly = of === "all" ? wcagTags : { type: "rule", values: ["color-contrast"] };
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify({ runOnly })})`);
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.impact} ${violation.id}: ${node.html.slice(0, 160)}`),
  );
}

/** How much has jumped since the page was opened, as the browser measures it (0 to 1 and beyond). */
export async function layoutShift(page: Page): Promise<number> {
  return await page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value;
    });
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => {
      observer.disconnect();
      resolve(sum);
    }));
  })`);
}

/** How many pixels the page is wider than its window. */
export async function overflowPx(page: Page): Promise<number> {
  return await page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
