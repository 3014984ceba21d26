// Commands against a real server, worker, Postgres and Temporal.
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fullPath, listRoutes } from "@mainspring/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentedFiles } from "./testing/documented-files.ts";
import { startProduct, until, type Product } from "./testing/product.ts";

let product: Product;

beforeAll(async () => {
  product = await startProduct(documentedFiles);
  await product.run(["publish", "hello.flow.yaml", "order.flow.yaml", "fails.flow.yaml"]);
});
afterAll(() => product?.close());

test("[CLI-01] run --wait prints the steps as they happen and ends 0 with the output", async () => {
  const ran = await product.run(["run", "hello", "--payload", '{"name":"Ada"}', "--wait"]);
  expect(ran.code, ran.stderr).toBe(0);
  expect([...ran.stderr.matchAll(/✓ .*/g)].map(([line]) => line.replace(/ +/g, " ").trim())).toEqual([
    "✓ greeting",
    "✓ note[0]",
    "✓ note[1]",
    "✓ each",
    "✓ done",
    "✓ run SUCCEEDED",
  ]);
  expect(ran.stdout).toMatch(/^✓ SUCCEEDED {2}hello version 1 in .*\n\{\n {2}"greeting": "Hello Ada"\n\}\n$/);
});

test("[CLI-01] with --json stdout has the run alone, and its steps stay on stderr", async () => {
  const ran = await product.run(["run", "hello", "--wait", "--json"]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    workflow: "hello",
    status: "SUCCEEDED",
    output: { greeting: "Hello world" },
  });
  expect(ran.stderr).toContain("greeting");
});

test("[CLI-01] a run that fails ends 1, and says where, why and what to do", async () => {
  const ran = await product.run(["run", "fails", "--wait"]);
  expect(ran.code, ran.stderr).toBe(1);
  expect(ran.stdout).toMatch(/✗ FAILED {2}fails version 1/);
  expect(ran.stdout).toContain("EGRESS_REFUSED");
  expect(ran.stdout).toContain("at step look, root.steps[0]");
  const [, id = ""] = /run ([0-9a-f-]{36})/.exec(ran.stderr) ?? [];
  const { remedy } = JSON.parse((await product.run(["explain", "EGRESS_REFUSED", "--json"])).stdout) as {
    remedy: string;
  };
  expect(ran.stdout).toContain(remedy);
  expect((await product.run(["runs", "show", id])).stdout).toContain(remedy);
  expect((await product.run(["runs", "list", "--workflow", "fails"])).stdout).toMatch(
    new RegExp(`✗ FAILED .* ${id} .*EGRESS_REFUSED`),
  );
});

test("[CLI-01] a run is watched while an event resumes it; steps come as they happen", async () => {
  const started = JSON.parse((await product.run(["run", "order", "-p", '{"orderId":"W-1"}', "--json"])).stdout) as {
    runId: string;
  };
  const watch = product.start(["runs", "watch", started.runId]);
  await until("the wait is shown", watch, () =>
    watch.stdout().includes("waits for event payment.received with key W-1") ? true : undefined,
  );
  const shown = await product.run(["runs", "show", started.runId]);
  expect(shown.stdout).toMatch(/Waits for\n.*\n {2}paid +event payment\.received +W-1 /);
  const sent = await product.run(["events", "send", "payment.received", "--key", "W-1", "-p", '{"amount":7}']);
  expect(sent.code, sent.stderr).toBe(0);
  const watched = await watch.ended;
  expect(watched.code, watched.stderr).toBe(0);
  expect(watched.stdout).toContain('came: event {"amount":7}');
  expect(watched.stdout).toContain('"paid": 7');
  const entries = (await product.run(["runs", "watch", started.runId, "--json"])).stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(entries).toEqual(entries.map((_, index) => index + 1));
  const after = (await product.run(["runs", "watch", started.runId, "--json", "--after", "2"])).stdout
    .trim()
    .split("\n");
  expect(JSON.parse(after[0] ?? "")).toMatchObject({ seq: 3 });
});

test("[CLI-01] [WHY-01] [TTR-01] [DIF-01] why a run waits, how it stood, and where another one parts from it", async () => {
  const order = async (orderId: string): Promise<string> => {
    const started = await product.run(["run", "order", "-p", JSON.stringify({ orderId }), "--json"]);
    const { runId } = JSON.parse(started.stdout) as { runId: string };
    const watch = product.start(["runs", "watch", runId]);
    await until("the wait is shown", watch, () => (watch.stdout().includes("waits for event") ? true : undefined));
    watch.child.kill("SIGINT");
    await watch.ended;
    return runId;
  };
  const [one, other] = [await order("Y-1"), await order("Y-2")];
  await product.run(["events", "send", "payment.received", "--key", "Y-12", "-p", '{"amount":7}']);
  const why = await product.run(["runs", "why", one]);
  expect(why.code, why.stderr).toBe(0);
  expect(why.stdout).toMatch(
    /^It waits for payment\.received with key "Y-1" until .* UTC \(1 h\)\.\n {2}waiting-event · since /,
  );
  expect(why.stdout).toContain('- Near miss, another key: payment.received with key "Y-12" came ');
  const { journalSeq } = (
    JSON.parse((await product.run(["runs", "show", one, "--json"])).stdout) as {
      run: { journalSeq: number };
    }
  ).run;
  const at = await product.run(["runs", "at", one, String(journalSeq)]);
  expect(at.stdout).toMatch(/\nstatus +WAITING\n/);
  expect(at.stdout).toMatch(/\nWaits for\n {2}paid: event payment\.received Y-1 until .*Z\n$/);
  const diff = await product.run(["runs", "diff", one, other]);
  expect(diff.stdout).toMatch(/\npath +the same\n/);
  expect(diff.stdout).toContain('- The payload differs at /orderId: "Y-1" in A, "Y-2" in B.');
  const tried = await product.run(["workflows", "what-if", "order", "--run", one, "--run", other]);
  expect(tried, tried.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^same path 2 · another way 0 · not recorded 0 · payload refused 0\n/) as string,
  });
  const versions = await product.run(["workflows", "diff", "order", "--from", "1", "--to", "draft"]);
  expect(versions).toMatchObject({ code: 0, stdout: "1 and draft are the same\n" });
  for (const id of [one, other]) await product.run(["runs", "cancel", id]);
});

test("[CLI-01] Ctrl-C ends the waiting with 130 and leaves the run alone; cancel ends it, and the waiting then ends 1", async () => {
  const first = product.start(["run", "order", "-p", '{"orderId":"C-1"}', "--wait"]);
  const id = await until("the wait is shown", first, () =>
    first.stderr().includes("waits for event") ? /run ([0-9a-f-]{36})/.exec(first.stderr())?.[1] : undefined,
  );
  first.child.kill("SIGINT");
  const left = await first.ended;
  expect(left).toMatchObject({
    code: 130,
    stdout: "",
    stderr: expect.stringContaining(`The run goes on: mainspring runs watch ${id}`),
  });
  expect((await product.run(["runs", "list", "--status", "waiting", "--json"])).stdout).toContain(id);
  const second = product.start(["runs", "watch", id]);
  await until("the wait is shown", second, () => (second.stdout().includes("waits for event") ? true : undefined));
  expect(await product.run(["runs", "cancel", id, "--reason", "test"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("cancel asked for at"),
  });
  const watched = await second.ended;
  expect(watched.code).toBe(1);
  expect(watched.stdout).toContain("– CANCELED  order version 1");
  expect(await product.run(["runs", "cancel", id])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("RUN_ALREADY_ENDED"),
  });
});

test("[CLI-01] a run is watched over a restart of the server, and no step is shown twice", async () => {
  const { runId } = JSON.parse((await product.run(["run", "order", "-p", '{"orderId":"R-1"}', "--json"])).stdout) as {
    runId: string;
  };
  const watch = product.start(["runs", "watch", runId]);
  await until("the wait is shown", watch, () => (watch.stdout().includes("waits for event") ? true : undefined));
  await product.stopServer();
  await until("it says so", watch, () => (watch.stderr().includes("the connection broke") ? true : undefined));
  await product.startServer();
  await until("it says so", watch, () => (watch.stderr().includes("connected again") ? true : undefined));
  await product.run(["events", "send", "payment.received", "--key", "R-1", "-p", '{"amount":7}']);
  const watched = await watch.ended;
  expect(watched.code, watched.stderr).toBe(0);
  expect(watched.stdout.match(/waits for event/g)).toHaveLength(1);
  expect(watched.stdout.match(/✓ done/g)).toHaveLength(1);
});

test("waiting no longer than --timeout ends 1 and leaves the run alone", async () => {
  const ran = await product.run(["run", "order", "-p", '{"orderId":"T-1"}', "--wait", "--timeout", "1"]);
  expect(ran).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("It has not ended within 1.0 s. The run goes on"),
  });
});

test("the same --idempotency-key starts one run; with another payload it is refused", async () => {
  const start = (payload: string) =>
    product.run(["run", "order", "-p", payload, "--idempotency-key", "once", "--json"]);
  const runId = async (payload: string) => (JSON.parse((await start(payload)).stdout) as { runId: string }).runId;
  expect(await runId('{"orderId":"I-1"}')).toBe(await runId('{"orderId":"I-1"}'));
  expect(await start('{"orderId":"I-2"}')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("IDEMPOTENCY_CONFLICT"),
  });
});

test("[RUN-08] [RUN-09] a replay uses the stored input, or exactly the given one", async () => {
  const first = await product.run(["run", "hello", "-p", '{"name":"Ada"}', "--wait"]);
  const [, id = ""] = /run ([0-9a-f-]{36})/.exec(first.stderr) ?? [];
  const output = async (...args: string[]) =>
    (JSON.parse((await product.run(["runs", "replay", id, "--wait", "--json", ...args])).stdout) as { output: unknown })
      .output;
  expect(await output()).toEqual({ greeting: "Hello Ada" });
  expect(await output("--payload", "{}")).toEqual({ greeting: "Hello world" });
});

test("publishing again without a change keeps the version, a changed one is the next, and what is wrong has its line", async () => {
  expect((await product.run(["publish", "hello.flow.yaml"])).stdout).toMatch(
    /✓ hello\.flow\.yaml {2}hello version 1, at most \d+ history events/,
  );
  writeFileSync(join(product.cwd, "changed.yaml"), documentedFiles["hello.flow.yaml"].replace("Hello ", "Hi "));
  expect((await product.run(["publish", "changed.yaml"])).stdout).toContain("hello version 2");
  expect((await product.run(["run", "hello", "--wait", "--version", "1"])).stdout).toContain("Hello world");
  const broken = await product.run(["publish", "broken.yaml"]);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/✗ broken\.yaml:3 {2}ACTION_UNKNOWN/);
  expect(broken.stdout).toMatch(/✗ broken\.yaml:4 {2}STEP_ID_DUPLICATE/);
});

test("what the server cannot find or the key may not do is exit code 1, with the remedy", async () => {
  expect(await product.run(["run", "nothing-here"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("WORKFLOW_NOT_FOUND"),
  });
  expect(await product.run(["runs", "show", "0190a0a0-0000-7000-8000-000000000001"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("RUN_NOT_FOUND"),
  });
  expect(await product.run(["runs", "list", "--api-key", "wrong"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("UNAUTHENTICATED"),
  });
  const created = await product.run(["tenants", "create", "Other", "--with-key", "viewer", "--json"]);
  const { apiKey } = JSON.parse(created.stdout) as { apiKey: { key: string } };
  const env = { MAINSPRING_API_KEY: apiKey.key };
  expect(await product.run(["publish", "hello.flow.yaml"], { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("FORBIDDEN"),
  });
  expect(await product.run(["runs", "list"], { env })).toMatchObject({ code: 0, stdout: "No runs.\n" });
});

test("lists are paged, and the next page is named", async () => {
  const page = await product.run(["workflows", "list", "--limit", "1"]);
  const [, cursor = ""] = /--cursor (\S+)/.exec(page.stderr) ?? [];
  const keys = (
    JSON.parse((await product.run(["workflows", "list", "--json"])).stdout) as { items: { key: string }[] }
  ).items.map(({ key }) => key);
  expect(page.stdout.split("\n")[1]).toMatch(new RegExp(`^${keys[0]} `));
  const next = await product.run(["workflows", "list", "--limit", "1", "--cursor", cursor]);
  expect(next.stdout.split("\n")[1]).toMatch(new RegExp(`^${keys[1]} `));
});

test("[API-01] what is answered of real runs, ended, failed and waiting, is what the contract says", async () => {
  const get = async (path: string): Promise<{ status: number; body: unknown }> => {
    const reply = await fetch(product.url + path, { headers: { authorization: `Bearer ${product.apiKey}` } });
    return { status: reply.status, body: await reply.json() };
  };
  const of = listRoutes().filter(
    ({ id, route }) => route.method === "GET" && route.path.startsWith("/runs/:id") && id !== "runs.stream",
  );
  expect(of.length).toBeGreaterThan(9);
  for (const filter of ["workflow=hello&status=SUCCEEDED", "workflow=order&status=WAITING", "status=FAILED"]) {
    const runId = await until(`a run of ${filter}`, product.worker, async () => {
      const { body } = await get(`/api/v1/runs?${filter}&limit=1`);
      return (body as { items: { id: string }[] }).items[0]?.id;
    });
    for (const { id, route } of of) {
      const { status, body } = await get(fullPath(route).replace(":id", runId).replace(":seq", "2"));
      expect(status, `${id} ${JSON.stringify(body)}`).toBe(200);
      expect(route.replies[200]?.schema?.safeParse(body).error, id).toBeUndefined();
    }
  }
});

test("a further worker joins the stack that dev.json describes and ends in order", async () => {
  const port = await freePort();
  const further = product.start(["worker"], { env: { MAINSPRING_WORKER_PORT: String(port) } });
  await until("it says that it joins", further, () =>
    further.stderr().includes(`joining the stack at ${product.url}`) ? true : undefined,
  );
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  await until("it is ready", further, isReady);
  further.child.kill("SIGTERM");
  expect((await further.ended).code).toBe(0);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
