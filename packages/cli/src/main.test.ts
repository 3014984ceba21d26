// The command line as a process: exit codes, what is printed where, and how much a start loads. The server here only
// refuses, fails and breaks off; what a real one does is in the integration tests.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { emptyFolder, mainFile, runCli, spawnCli } from "./testing/run-cli.ts";

const runId = "0190a0a0-0000-7000-8000-000000000001";

test("[CLI-01] a server that refuses is exit code 1, and code, message, pointers and remedy are shown", async () => {
  const url = await serverThat((_, reply) =>
    problem(reply, 422, {
      code: "PAYLOAD_INVALID",
      issues: [
        { code: "TYPE", severity: "error", pointer: "/payload/sku", message: "expected text", remedy: "Send text." },
      ],
    }),
  );
  const text = await runCli(["run", "order", "--payload", '{"sku":1}', "--url", url, "--api-key", "k"]);
  expect(text).toMatchObject({ code: 1, stdout: "" });
  expect(text.stderr.split("\n")).toEqual([
    "✗ PAYLOAD_INVALID  detail",
    "  ✗ /payload/sku  TYPE  expected text",
    "      Send text.",
    "  remedy",
    "",
  ]);
  const json = await runCli(["run", "order", "--json", "--url", url]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: "PAYLOAD_INVALID", status: 422, issues: [{ pointer: "/payload/sku" }] },
  });
});

test("[CLI-01] nobody at the address is exit code 3, and so is a server that says it is away", async () => {
  const closed = await serverThat(() => {}, { close: true });
  const nobody = await runCli(["runs", "list", "--url", closed]);
  expect(nobody.code).toBe(3);
  expect(nobody.stderr).toContain(`UNREACHABLE  No answer from ${closed} (ECONNREFUSED)`);
  const away = await serverThat((_, reply) => problem(reply, 503, { code: "UNAVAILABLE" }));
  expect((await runCli(["runs", "list", "--url", away])).code).toBe(3);
  const gateway = await serverThat((_, reply) => void reply.writeHead(502).end("<html>bad gateway</html>"));
  expect(await runCli(["runs", "list", "--url", gateway])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("HTTP_502"),
  });
  const breaksOff = await serverThat((request) => void request.socket.destroy());
  expect((await runCli(["runs", "list", "--url", breaksOff])).code).toBe(3);
  expect((await runCli(["runs", "list"])).code).toBe(3);
});

test("[CLI-01] a file that cannot be written, or read, is a usage error with its name", async () => {
  const url = await serverThat((_, reply) => {
    reply.writeHead(200, { "content-type": "application/json" }).end('{"format":"mainspring.run/1"}');
  });
  const cwd = emptyFolder();
  const written = await runCli(["runs", "export", runId, "--url", url, "-o", "out.json", "--json"], { cwd });
  expect([written.code, JSON.parse(written.stdout)]).toEqual([0, { file: join(cwd, "out.json") }]);
  expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toEqual({ format: "mainspring.run/1" });
  for (const [file, why] of [
    ["no-folder/out.json", "there is no such folder"],
    [".", "EISDIR"],
  ] as const) {
    const ran = await runCli(["runs", "export", runId, "--url", url, "-o", file], { cwd });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(`USAGE  ${file} cannot be written: ${why}`);
  }
  const read = await runCli(["publish", "no-such.yaml", "--url", url], { cwd });
  expect(read.code).toBe(2);
  expect(read.stderr).toContain("no-such.yaml cannot be read: there is no such file");
});

test("the key goes with the request, from the environment or the stack's file", async () => {
  const keys: (string | undefined)[] = [];
  const url = await serverThat((request, reply) => {
    keys.push(request.headers.authorization);
    problem(reply, 404, { code: "RUN_NOT_FOUND" });
  });
  await runCli(["runs", "show", runId], { env: { MAINSPRING_URL: url, MAINSPRING_API_KEY: "from-env" } });
  const cwd = emptyFolder();
  mkdirSync(join(cwd, ".mainspring"));
  writeFileSync(
    join(cwd, ".mainspring", "dev.json"),
    JSON.stringify({ url, apiKey: "from-stack", platformKey: "platform" }),
  );
  await runCli(["runs", "show", runId], { cwd });
  await runCli(["tenants", "create", "Acme"], { cwd });
  expect(keys).toEqual(["Bearer from-env", "Bearer from-stack", "Bearer platform"]);
});

test("what needs the platform's key and has none is a usage error", async () => {
  const ran = await runCli(["tenants", "create", "Acme", "--url", "http://127.0.0.1:1"]);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("--platform-key") });
});

test("a reader that closes the pipe early is no failure", async () => {
  const { spawnSync } = await import("node:child_process");
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `"$0" "$1" completion bash | head -n 1`, process.execPath, mainFile],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("nobody reading stderr is no failure: the result comes all the same", async () => {
  const running = spawnCli(["validate", "none.yaml", "--json"], { cwd: emptyFolder() });
  running.child.stderr?.destroy();
  const { code, stdout } = await running.ended;
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "USAGE" } });
});

test("[CLI-01] help loads the command line alone: neither the contract, nor the language, nor the stack", async () => {
  const folder = emptyFolder();
  const log = join(folder, "loaded.txt");
  const preload = join(folder, "preload.mjs");
  writeFileSync(
    preload,
    `import { registerHooks } from "node:module"; import { appendFileSync } from "node:fs";
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + "\\n"); return next(url, context); } });`,
  );
  const ran = await runCli(["--help"], { nodeArgs: ["--import", pathToFileURL(preload).href] });
  expect(ran.code).toBe(0);
  const loaded = readFileSync(log, "utf8")
    .split("\n")
    .filter((url) => url.startsWith("file:"));
  const foreign = loaded.filter(
    (url) => !url.includes("/packages/cli/src/") && !url.includes("/node_modules/commander/"),
  );
  expect(loaded.length).toBeGreaterThan(10);
  expect(foreign.filter((url) => url !== pathToFileURL(preload).href)).toEqual([]);
});

test.each([
  ["worker", "DATABASE_URL"],
  ["server", "DATABASE_URL"],
  ["migrate", "OWNER_DATABASE_URL"],
])("%s is a process of its own, which names the setting that is missing", async (command, variable) => {
  const ran = await runCli([command]);
  expect(ran.code).not.toBe(0);
  expect(ran.stdout + ran.stderr).toContain(variable);
});

test("[CLI-01] migrate ends 3 where no Postgres answers, and does not print the password", async () => {
  const ran = await runCli(["migrate"], { env: { OWNER_DATABASE_URL: "postgres://owner:hidden@127.0.0.1:1/x" } });
  expect(ran).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringContaining("No Postgres answers at 127.0.0.1:1"),
  });
  expect(ran.stderr).not.toContain("hidden");
});

function problem(reply: ServerResponse, status: number, members: object): void {
  reply.writeHead(status, { "content-type": "application/problem+json" });
  reply.end(
    JSON.stringify({ type: "about:blank", title: "title", status, detail: "detail", remedy: "remedy", ...members }),
  );
}

async function serverThat(
  answer: (request: IncomingMessage, reply: ServerResponse) => void,
  options: { close?: true } = {},
): Promise<string> {
  const server = createServer((request, reply) => {
    request.resume();
    answer(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  if (options.close === true) close();
  else onTestFinished(close);
  return `http://127.0.0.1:${port}`;
}
