import type { Json } from "@mainspring/core";
import { putData } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mailFromEnvironment } from "../mail/mail-from-environment.ts";
import { smtpEndpoint, type SmtpEndpoint } from "../testing/smtp-endpoint.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

const past = "2001-01-01T00:00:00.000Z";
const warnings: string[] = [];
let world: World;
let smtp: SmtpEndpoint;
beforeAll(async () => {
  smtp = await smtpEndpoint();
  const mail = mailFromEnvironment({
    MAINSPRING_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    MAINSPRING_MAIL_FROM: "orders@example.com",
  });
  world = await newWorld({
    ...(mail === undefined ? {} : { mail }),
    log: {
      info: () => undefined,
      warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
    },
  });
});
afterAll(async () => {
  await world?.close();
  await smtp?.close();
});

const put = (key: string, expiresAt?: string) =>
  world.store.tenant(world.tenantId, (db) =>
    putData(db, { namespace: "n", key, value: 1, ...(expiresAt === undefined ? {} : { expiresAt }) }),
  );
const keys = async (): Promise<string[]> =>
  (
    (await asOwner(
      world.database,
      "select key from workflow_data_store where namespace = 'n' order by key",
    )) as readonly {
      readonly key: string;
    }[]
  ).map(({ key }) => key);
const keysBecome = (expected: readonly string[]) =>
  until(`the keys become ${expected.join()}`, async () =>
    (await keys()).join() === expected.join() ? true : undefined,
  );

async function dispatchers(): Promise<number> {
  const rows = (await asOwner(
    world.database,
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and usename = 'mainspring_test_dispatcher'",
  )) as readonly { readonly count: number }[];
  return rows[0]?.count ?? 0;
}

test("[DST-01] [DST-02] the worker's sweep removes expired rows and no others, while the worker runs", async () => {
  await put("gone", past);
  await put("kept");
  await put("later", "2199-01-01T00:00:00.000Z");
  expect(await keys()).toEqual(["gone", "kept", "later"]);
  const connections = await dispatchers();
  const worker = await world.startWorker();
  await keysBecome(["kept", "later"]);
  expect(await dispatchers()).toBeGreaterThan(connections);
  await worker.stop();
  // Nobody is left who could find an expired row.
  await until("its connections are closed", async () => ((await dispatchers()) === connections ? true : undefined));
  await put("gone", past);
  expect(await keys()).toEqual(["gone", "kept", "later"]);
  const again = await world.startWorker();
  await keysBecome(["kept", "later"]);
  await again.stop();
});

test("[DST-03] a failed sweep is logged, and the next interval tries again", async () => {
  await put("gone", past);
  await asOwner(world.database, "revoke delete on workflow_data_store from mainspring_app");
  const worker = await world.startWorker();
  try {
    await until("the failure is logged", async () =>
      warnings.some((line) => line.includes("data-store sweep") && line.includes("permission denied"))
        ? true
        : undefined,
    );
    expect(await keys()).toContain("gone");
  } finally {
    await asOwner(world.database, "grant delete on workflow_data_store to mainspring_app");
  }
  await keysBecome(["kept", "later"]);
  await worker.stop();
});

test("workflows share values between runs, and a conflict is an error that they can catch", async () => {
  await world.startWorker();
  await world.publish({
    workflow: "counter",
    steps: [
      {
        id: "read",
        type: "action.call",
        action: "data.get@1",
        input: { namespace: "counters", key: "orders" },
        saveAs: "last",
      },
      {
        id: "write",
        type: "action.call",
        action: "data.put@1",
        input: {
          namespace: "counters",
          key: "orders",
          value: { count: { $expr: "(vars.last.value.count ?? 0) + 1" } },
          expectedVersion: { $expr: "payload.version ?? vars.last.version" },
        },
        saveAs: "written",
        onError: { policy: "continue", captureErrorAs: "failure" },
      },
      {
        id: "done",
        type: "control.return",
        output: {
          was: { $expr: "vars.last" },
          now: { $expr: "vars.written" },
          failure: { $expr: "vars.failure.code" },
          at: { $expr: "vars.failure.details.version" },
        },
      },
    ],
  });
  const outputs = [];
  const payloads: readonly Json[] = [{}, {}, { version: 1 }];
  for (const payload of payloads) outputs.push((await world.ended(await world.start("counter", payload))).output);
  expect(outputs).toEqual([
    { was: { found: false, value: null, version: 0, expiresAt: null }, now: { version: 1, expiresAt: null } },
    { was: { found: true, value: { count: 1 }, version: 1, expiresAt: null }, now: { version: 2, expiresAt: null } },
    { was: { found: true, value: { count: 2 }, version: 2, expiresAt: null }, failure: "DATA_VERSION_CONFLICT", at: 2 },
  ]);
  await world.stopWorkers();
});

test("a workflow sends a mail through the configured server, once, and waits for a server that asks to try later", async () => {
  await world.startWorker();
  await world.publish({
    workflow: "mailing",
    steps: [
      {
        id: "tell",
        type: "action.call",
        action: "email.send@1",
        input: { to: { $expr: "payload.to" }, subject: "Your order", text: "It is on its way." },
        retry: { maxAttempts: 5, backoffMs: 50, backoffMultiplier: 1 },
        saveAs: "sent",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.sent" } },
    ],
  });
  smtp.replyTo("MAIL", "451 try later");
  const runId = await world.start("mailing", { to: "ada@example.com" });
  await until("it was tried", async () =>
    (await world.steps(runId)).some(({ attempt, status }) => attempt > 1 || status === "RETRYING") ? true : undefined,
  );
  smtp.replyTo("MAIL", "250 ok");
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "SUCCEEDED", output: { accepted: ["ada@example.com"], rejected: [] } });
  const { messageId } = run.output as { messageId: string };
  expect(smtp.mails.map(({ data }) => data.includes(`Message-ID: ${messageId}`))).toEqual([true]);
});
