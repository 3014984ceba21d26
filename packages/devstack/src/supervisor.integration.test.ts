import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endProcess, identify, isAlive, type ProcessIdentity } from "./processes.ts";
import type { Service, ServiceName } from "./service.ts";
import { createSupervisor } from "./supervisor.ts";
import { waitUntil } from "./wait-until.ts";

/** A process that says in files when it is ready and when it was asked to end. */
const obedient = `
  const { appendFileSync, writeFileSync } = require("node:fs");
  const [name, folder] = process.argv.slice(1);
  process.on("SIGTERM", () => { appendFileSync(folder + "/ended", name + " "); process.exit(0); });
  writeFileSync(folder + "/" + name + ".ready", String(process.pid));
  setInterval(() => {}, 1000);
`;

test("services start in order, and end in the reverse order", async () => {
  const { folder, supervisor, service } = workbench();
  await supervisor.start(service("postgres"));
  await supervisor.start(service("server"));
  expect(supervisor.pids()).toEqual({ postgres: readyPid(folder, "postgres"), server: readyPid(folder, "server") });
  await supervisor.stop();
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("server postgres ");
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a service that ends by %s is started again, and its new pid is told",
  async (signal) => {
    const { supervisor, service } = workbench();
    await supervisor.start(service("worker"));
    const before = supervisor.pids().worker ?? 0;
    const told: { name: string; pid: number }[] = [];
    supervisor.onRestarted((name, pid) => told.push({ name, pid }));
    process.kill(before, signal);
    expect(await waitUntil(() => told.length === 1, { deadlineMs: 10_000 })).toBe(true);
    expect(told).toEqual([{ name: "worker", pid: supervisor.pids().worker }]);
    expect(told[0]?.pid).not.toBe(before);
  },
);

test("a service that ends before it is ready is a failure that names why and where its log is", async () => {
  const { supervisor, service } = workbench();
  const broken = { ...service("server"), args: ["-e", 'console.error("no such table"); process.exit(3)'] };
  await expect(supervisor.start(broken)).rejects.toThrow("server: ended by its own exit with code 3");
  expect(readFileSync(broken.logFile, "utf8")).toContain("no such table");
  expect(supervisor.pids()).toEqual({});
});

test("a passing trouble at the start is tried again", async () => {
  const { folder, supervisor, service } = workbench();
  const once = `
    const fs = require("node:fs"), mark = process.argv[2] + "/tried";
    if (!fs.existsSync(mark)) { fs.writeFileSync(mark, ""); console.error("the lock is held"); process.exit(1); }
    ${obedient}`;
  await supervisor.start({
    ...service("postgres"),
    args: ["-e", once, "postgres", folder],
    passingTrouble: /lock is held/,
  });
  expect(isAlive(identityOf(supervisor.pids().postgres))).toBe(true);
});

test("a service that never gets ready is ended", async () => {
  const { supervisor, service } = workbench();
  const silent = { ...service("server"), args: ["-e", "setInterval(() => {}, 1000)"], readyDeadlineMs: 300 };
  const failed = supervisor.start(silent);
  const { server } = supervisor.pids();
  expect(isAlive(identityOf(server))).toBe(true);
  await expect(failed).rejects.toThrow("no answer within");
  expect(identify(server ?? 0)).toBeUndefined();
});

test("a service that is held by SIGSTOP ends too", async () => {
  const { folder, supervisor, service } = workbench();
  await supervisor.start(service("worker"));
  process.kill(supervisor.pids().worker ?? 0, "SIGSTOP");
  await supervisor.stop();
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("worker ");
});

test("when the supervisor is killed by SIGKILL nothing of its services is left over", async () => {
  const { folder } = workbench();
  const program = `
    import { createSupervisor } from ${JSON.stringify(new URL("./supervisor.ts", import.meta.url).href)};
    import { existsSync } from "node:fs";
    const service = (name) => ({
      name, command: process.execPath, args: ["-e", ${JSON.stringify(obedient)}, name, ${JSON.stringify(folder)}],
      env: process.env, cwd: "/", logFile: ${JSON.stringify(folder)} + "/log", ending: { signal: "SIGTERM", graceMs: 5000 },
      isReady: async () => existsSync(${JSON.stringify(folder)} + "/" + name + ".ready"),
      readyDeadlineMs: 10000, failure: (reason) => new Error(reason),
    });
    const supervisor = createSupervisor();
    await supervisor.start(service("postgres"));
    await supervisor.start(service("server"));
    console.log("started");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const services = (["postgres", "server"] as const).map((name) => identityOf(readyPid(folder, name)));
  expect(services.every(isAlive)).toBe(true);
  child.kill("SIGKILL");
  expect(await waitUntil(() => !services.some(isAlive), { deadlineMs: 10_000 })).toBe(true);
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("server postgres ");
});

test("a process that only has the pid of another is neither alive as that other nor ended", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const impostor = { ...identityOf(child.pid), startedAt: "1" };
  expect(isAlive(impostor)).toBe(false);
  await endProcess(impostor, { signal: "SIGKILL", graceMs: 1_000 });
  expect(isAlive(identityOf(child.pid))).toBe(true);
});

function workbench() {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-supervisor-"));
  const supervisor = createSupervisor();
  onTestFinished(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true });
  });
  const service = (name: ServiceName): Service => ({
    name,
    command: process.execPath,
    args: ["-e", obedient, name, folder],
    env: process.env,
    cwd: "/",
    logFile: join(folder, `${name}.log`),
    ending: { signal: "SIGTERM", graceMs: 5_000 },
    isReady: async () => existsSync(join(folder, `${name}.ready`)),
    readyDeadlineMs: 10_000,
    failure: (reason) => new Error(`${name}: ${reason}`),
  });
  return { folder, supervisor, service };
}

function readyPid(folder: string, name: string): number {
  return Number(readFileSync(join(folder, `${name}.ready`), "utf8"));
}

function identityOf(pid: number | undefined): ProcessIdentity {
  const identity = identify(pid ?? 0);
  if (identity === undefined) throw new Error(`there is no process ${pid}`);
  return identity;
}
