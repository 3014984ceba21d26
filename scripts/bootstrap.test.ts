import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { findNode, isInstalled } from "./bootstrap.mjs";

const pinnedPath = `node_modules/node-${process.platform}-${process.arch}/bin/node`;

test("the pinned Node comes first, unless it does not run on this machine", () => {
  const root = tree({ [pinnedPath]: "#!/bin/sh\necho v24\n" });
  expect(findNode(root, "26.0.0")).toBe(join(root, pinnedPath));
  const broken = tree({ [pinnedPath]: "#!/bin/sh\nexit 127\n" });
  expect(findNode(broken, "26.0.0")).toBe(process.execPath);
});

test("without a pinned Node one's own serves from 22.19 on", () => {
  const root = tree({});
  expect(findNode(root, "22.19.0")).toBe(process.execPath);
  expect(findNode(root, "24.0.0")).toBe(process.execPath);
  expect(findNode(root, "22.18.9")).toBeUndefined();
  expect(findNode(root, "20.20.2")).toBeUndefined();
});

test("an installation is complete when npm's record has every package of the lockfile, optional ones aside", () => {
  const lock = {
    "": {},
    "packages/a": {},
    "node_modules/a": { link: true },
    "node_modules/b": { version: "1.0.0" },
    "node_modules/mac": { version: "1.0.0", optional: true },
  };
  const here = { "node_modules/a": { link: true }, "node_modules/b": { version: "1.0.0" } };
  expect(isInstalled(installed(lock, here))).toBe(true);
  expect(isInstalled(installed(lock, { ...here, "node_modules/b": { version: "0.9.0" } }))).toBe(false);
  expect(isInstalled(installed(lock, { "node_modules/a": { link: true } }))).toBe(false);
  expect(isInstalled(tree({ "package-lock.json": JSON.stringify({ packages: lock }) }))).toBe(false);
});

test("a changed lockfile makes an installation incomplete that was complete", () => {
  const root = installed({ "node_modules/b": { version: "1.0.0" } }, { "node_modules/b": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(true);
  expect(isInstalled(root)).toBe(true); // by the stamp
  writeFileSync(
    join(root, "package-lock.json"),
    JSON.stringify({ packages: { "node_modules/b": { version: "2.0.0" } } }),
  );
  expect(isInstalled(root)).toBe(false);
});

test("an unknown name lists the known ones", () => {
  const { status, stderr } = run(installed({}, {}), "strat");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Nothing is called "strat": use one of start, reset, test,/);
});

test("a Node that is too old to begin with, or to run TypeScript, is one sentence", () => {
  const root = installed({}, {});
  expect(run(root, "test", "18.20.0").stderr).toBe(
    "This is Node 18.20.0, which is too old to begin with: use Node 20 or newer.\n",
  );
  expect(run(root, "test", "20.20.2").stderr).toMatch(
    /^There is no Node package for .*: use Node 22\.19 or newer\.\n$/,
  );
});

test("the program's arguments, output and exit code pass through, and its Node stands first on PATH", () => {
  const root = installed({}, {});
  write(
    root,
    "scripts/test.ts",
    "console.log(JSON.stringify([process.argv.slice(2), process.env.PATH])); process.exit(7);",
  );
  const { status, stdout } = run(root, "test", process.versions.node, ["time-wait", "--x"]);
  expect(status).toBe(7);
  const [args, path] = JSON.parse(stdout) as [string[], string];
  expect(args).toEqual(["time-wait", "--x"]);
  expect(path.startsWith(`${dirname(process.execPath)}:`)).toBe(true);
});

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "mainspring-bootstrap-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode: 0o755 });
}

function installed(lock: object, record: object): string {
  return tree({
    "package-lock.json": JSON.stringify({ packages: lock }),
    "node_modules/.package-lock.json": JSON.stringify({ packages: record }),
    "package.json": '{ "type": "module" }',
  });
}

/** Runs a copy of the bootstrap in `root`, on a Node that says it has another version. */
function run(root: string, name: string, version = process.versions.node, args: string[] = []) {
  const copy = join(root, "scripts/bootstrap.mjs");
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(fileURLToPath(new URL("./bootstrap.mjs", import.meta.url)), copy);
  const versions = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  return spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(versions)}`, copy, name, ...args],
    {
      encoding: "utf8",
    },
  );
}
