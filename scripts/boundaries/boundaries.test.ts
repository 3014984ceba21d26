import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { checkBuilt } from "./built.ts";
import { checkBoundaries } from "./check.ts";
import { readSources, runtimeImports } from "./sources.ts";

/** A repository in small that keeps to the table; each test adds what it must not contain. */
const goodTree: Record<string, string> = {
  "packages/core/package.json": manifest("core", { ".": "./src/index.ts", "./compile": "./src/compile/index.ts" }),
  "packages/core/src/index.ts": 'export { run } from "./interpreter/run.ts";',
  "packages/core/src/interpreter/run.ts": 'import type { Step } from "../definition/step.ts"; export const run = 1;',
  "packages/core/src/definition/step.ts": 'import { z } from "zod"; export const step = z; export type Step = 1;',
  "packages/core/src/compile/index.ts":
    'import jsonata from "jsonata"; import { parse } from "yaml"; import "../definition/step.ts";',
  "packages/core/src/interpreter/run.test.ts": 'import fc from "fast-check"; import "node:fs"; import "jsonata";',
  "packages/api/package.json": manifest("api", { ".": "./src/index.ts" }),
  "packages/api/src/index.ts": 'import { run } from "@mainspring/core"; import { z } from "zod";',
  "packages/store/package.json": manifest("store", { ".": "./src/index.ts", "./testing": "./src/testing/index.ts" }),
  "packages/store/src/index.ts": 'import pg from "pg"; import { readFile } from "node:fs/promises";',
  "packages/store/src/testing/index.ts": 'import "../index.ts";',
  "packages/actions/package.json": manifest("actions", { ".": "./src/index.ts", "./catalogue": "./src/catalogue.ts" }),
  "packages/actions/src/index.ts": 'import { fetch } from "undici"; import "./catalogue.ts";',
  "packages/actions/src/catalogue.ts": "export const catalogue = 1;",
  "packages/runtime/package.json": manifest("runtime", { "./client": "./src/client.ts" }),
  "packages/runtime/src/client.ts": 'import { Client } from "@temporalio/client"; import "@mainspring/store";',
  "packages/runtime/src/workflow/shell.ts": 'import { run } from "@mainspring/core"; import "@temporalio/workflow";',
  "packages/runtime/src/worker/main.ts": 'import "@temporalio/worker"; const redis = await import("redis");',
  "packages/server/package.json": manifest("server", { ".": "./src/index.ts" }),
  "packages/server/src/index.ts": 'import "fastify"; import "@fastify/helmet"; import "@mainspring/runtime/client";',
  "packages/server/src/main.ts": 'import "./index.ts"; import "@mainspring/actions/catalogue";',
  "packages/cli/package.json": manifest("cli", { ".": "./src/index.ts" }),
  "packages/cli/src/index.ts": 'import "commander"; export const dev = () => import("@mainspring/devstack");',
  "packages/web/package.json": manifest("web", {}),
  "packages/web/src/main.tsx":
    'import { useState } from "react"; import "@mantine/core"; export const a = <p>{useState}</p>;',
  "packages/devstack/package.json": manifest("devstack", { ".": "./src/index.ts" }),
  "packages/devstack/src/index.ts": 'import { run } from "@mainspring/store"; import "node:net";',
  "scripts/any.ts": 'import "../packages/devstack/src/index.ts"; import "vitest";',
};

test("[TST-24] [OWN-10] a tree that keeps to the table has no violations", () => {
  expect(checkBoundaries(tree({}))).toEqual([]);
});

const violations: { title: string; file: string; text: string; says: RegExp }[] = [
  {
    title: "core imports Node",
    file: "packages/core/src/interpreter/bad.ts",
    text: 'import { readFileSync } from "node:fs";',
    says: /bad\.ts:1 imports node:fs: core also runs where there is no Node/,
  },
  {
    title: "core uses zod outside definition/",
    file: "packages/core/src/interpreter/bad.ts",
    text: '\nimport { z } from "zod";',
    says: /bad\.ts:2 imports zod: only definition\/ may use zod/,
  },
  {
    title: "core uses jsonata outside compile/, by import()",
    file: "packages/core/src/expression/bad.ts",
    text: 'export const parser = () => import("jsonata");',
    says: /imports jsonata: only compile\/ may use jsonata/,
  },
  {
    title: "core imports another package",
    file: "packages/core/src/interpreter/bad.ts",
    text: 'import "@mainspring/api";',
    says: /core may import no other package/,
  },
  {
    title: "a type alone crosses a border too",
    file: "packages/api/src/bad.ts",
    text: 'import type { Row } from "@mainspring/store";',
    says: /api may import core/,
  },
  {
    title: "the index of core reaches zod through a definition",
    file: "packages/core/src/index.ts",
    text: 'export { step } from "./definition/step.ts";',
    says: /packages\/core\/src\/index\.ts must not load zod .*definition\/step\.ts -> zod/,
  },
  {
    title: "the index of core reaches the compiler",
    file: "packages/core/src/interpreter/run.ts",
    text: 'import "../compile/index.ts"; export const run = 1;',
    says: /index\.ts must not load packages\/core\/src\/compile\/index\.ts/,
  },
  {
    title: "an import that only mentions types still runs its module",
    file: "packages/core/src/index.ts",
    text: 'import { type Step } from "./definition/step.ts"; export type Used = Step;',
    says: /must not load zod/,
  },
  {
    title: "a package is imported by its path",
    file: "packages/server/src/bad.ts",
    text: 'import "../../store/src/index.ts";',
    says: /another package is imported by its name/,
  },
  {
    title: "a package from npm that the table does not name",
    file: "packages/store/src/bad.ts",
    text: 'import lodash from "lodash/fp";',
    says: /imports lodash\/fp: store does not use lodash/,
  },
  {
    title: "the server starts a worker",
    file: "packages/server/src/bad.ts",
    text: 'import "@mainspring/runtime/worker";',
    says: /there is no such file or entry/,
  },
  {
    title: "the server reaches the worker through the runtime's client",
    file: "packages/runtime/src/client.ts",
    text: 'import "./worker/main.ts";',
    says: /packages\/server\/src\/index\.ts must not load packages\/runtime\/src\/worker\/main\.ts/,
  },
  {
    title: "the worker imports the server",
    file: "packages/runtime/src/worker/bad.ts",
    text: 'import "@mainspring/server";',
    says: /runtime may import core, store, actions/,
  },
  {
    title: "the server imports all of the actions",
    file: "packages/server/src/bad.ts",
    text: 'import "@mainspring/actions";',
    says: /server may import .*actions\/catalogue/,
  },
  {
    title: "a command loads the devstack at once",
    file: "packages/cli/src/bad.ts",
    text: 'import { start } from "@mainspring/devstack";',
    says: /devstack is loaded by import\(\)/,
  },
  {
    title: "a command reaches Postgres",
    file: "packages/actions/src/catalogue.ts",
    text: 'import "pg";',
    says: /actions does not use pg/,
  },
  {
    title: "a page reaches Temporal",
    file: "packages/web/src/bad.ts",
    text: 'import type { Client } from "@temporalio/client";',
    says: /web does not use @temporalio\/client/,
  },
  {
    title: "the workflow shell reaches the store",
    file: "packages/runtime/src/workflow/bad.ts",
    text: 'import { row } from "@mainspring/store";',
    says: /workflow\/bad\.ts must not load packages\/store\/src\/index\.ts \(the workflow sandbox/,
  },
  {
    title: "Redis is loaded before anyone needs it",
    file: "packages/runtime/src/stream.ts",
    text: 'import { createClient } from "redis";',
    says: /redis is loaded by import\(\)/,
  },
  {
    title: "what is shipped imports what only tests use",
    file: "packages/devstack/src/bad.ts",
    text: 'import "@mainspring/store/testing";',
    says: /what we ship does not import what only tests use/,
  },
  {
    title: "everything of a module is exported",
    file: "packages/api/src/index.ts",
    text: 'export * from "zod";',
    says: /api\/src\/index\.ts:1 exports everything/,
  },
  {
    title: "a relative import leads nowhere",
    file: "packages/api/src/bad.ts",
    text: 'import "./gone.ts";',
    says: /imports \.\/gone\.ts: there is no such file/,
  },
  {
    title: "[OWN-06] the worker-safe entry registers actions",
    file: "packages/runtime/src/core.ts",
    text: 'import "@mainspring/actions";',
    says: /core\.ts must not load packages\/actions\/src\/index\.ts \(whoever imports the worker-safe entry registers nothing\)/,
  },
  {
    title: "[OWN-06] the worker-safe entry reaches the worker",
    file: "packages/runtime/src/core.ts",
    text: 'export { startRunWorker } from "./worker/main.ts";',
    says: /core\.ts must not load packages\/runtime\/src\/worker\/main\.ts/,
  },
  {
    title: "[OWN-07] a launcher imports the server's bootstrap",
    file: "packages/runtime/src/launcher/launch.ts",
    text: 'import "@mainspring/server";',
    says: /starting a worker must not load a server/,
  },
  {
    title: "[OWN-03] a worker of packs reaches the engine",
    file: "packages/runtime/src/packs.ts",
    text: 'import "./workflow/shell.ts";',
    says: /packs\.ts must not load packages\/runtime\/src\/workflow\/shell\.ts \(a worker of other queues/,
  },
  {
    title: "[OWN-09] the worker reaches a page",
    file: "packages/runtime/src/worker/main.ts",
    text: 'import "react";',
    says: /a worker loads no user interface/,
  },
  {
    title: "a package without a row",
    file: "packages/extra/src/index.ts",
    text: 'import "zod";',
    says: /the package extra has no row/,
  },
];

test.each(violations)("refused: $title", ({ file, text, says }) => {
  const found = checkBoundaries(tree({ [file]: text }));
  expect(found.join("\n")).toMatch(says);
});

/** What an image of the worker holds, in small. */
const goodBuild: Record<string, string> = {
  "node_modules/pg/package.json": '{"name":"pg"}',
  "node_modules/@temporalio/worker/package.json": '{"name":"@temporalio/worker"}',
  "worker/main.js":
    'import "node:fs"; import pg from "pg"; import "@temporalio/worker"; import { run } from "../core/run.js";',
  "core/run.js": "export const run = 1;",
  "core/fixtures/case.mjs": 'export { run } from "../run.js";',
};

test("[OWN-10] a built tree whose imports stay in it has no violations; an empty one is no built tree", () => {
  expect(checkBuilt(built({}))).toEqual([]);
  expect(checkBuilt(mkdtempSync(join(tmpdir(), "mainspring-empty-"))).join()).toMatch(/holds no built script/);
});

test.each([
  [
    "[OWN-08] an alias that nothing resolved",
    "worker/a.js",
    'import "@/core/run";',
    /a\.js:1 imports @\/core\/run: an alias/,
  ],
  ["[OWN-08] a subpath alias", "worker/a.js", 'import "#core";', /an alias that nothing resolved/],
  [
    "[OWN-08] a path into the source layout",
    "worker/a.js",
    'import "../../src/core/run.js";',
    /leads out of the built tree/,
  ],
  [
    "[OWN-08] a source file by its ending",
    "worker/a.js",
    '\nimport "../core/run.ts";',
    /a\.js:2 .*leads back into sources/,
  ],
  ["[OWN-08] an absolute path", "worker/a.js", 'import "/opt/elsewhere/run.js";', /leads out of the built tree/],
  ["[OWN-08] a file that is not there", "worker/a.js", 'import "../core/gone.js";', /there is no such file/],
  ["[OWN-09] a module of the user interface", "worker/a.js", 'import "react-dom/client";', /a worker does not load it/],
  ["[OWN-09] the server", "worker/a.js", 'const s = () => import("@mainspring/server");', /a worker does not load it/],
  ["[OWN-11] a package that the image lacks", "worker/a.js", 'import "redis";', /no such package is installed/],
  [
    "[OWN-10] a violation in a fixture",
    "core/fixtures/bad.mjs",
    'import "react";',
    /fixtures\/bad\.mjs:1 imports react/,
  ],
  [
    "[OWN-08] a source file in a URL, which no compiler rewrites",
    "worker/a.js",
    'export const main = new URL("./main.ts", import.meta.url);',
    /a\.js:1 names \.\/main\.ts: it leads back into sources/,
  ],
  ["[OWN-08] a source within the tree", "core/left.ts", "export const left = 1;", /left\.ts is a source file/],
])("refused in a built tree: %s", (_, path, text, says) => {
  expect(checkBuilt(built({ [path]: text })).join("\n")).toMatch(says);
});

test("[OWN-10] the command walks the built tree that the environment names, and fails with its violations", () => {
  const command = (root: string) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../check-boundaries.ts")], {
      env: { ...process.env, WORKFLOW_WORKER_VALIDATE_DIST_ROOT: root },
      encoding: "utf8",
    });
  const bad = command(built({ "worker/a.js": 'import "react";' }));
  expect(bad.status).toBe(1);
  expect(bad.stderr).toContain("worker/a.js:1 imports react: a worker does not load it");
  expect(command(built({})).stderr).not.toContain("a.js");
});

test("[OWN-11] every package that the worker's main loads resolves under plain Node", () => {
  const root = join(import.meta.dirname, "../..");
  const sources = readSources(root);
  const wanted = new Map<string, string>();
  const seen = new Set<string>();
  const queue = ["packages/runtime/src/worker/main.ts"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const source = sources.files.get(path);
    if (source === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const { specifier } of runtimeImports(source, "all")) {
      const target = sources.resolve(source, specifier);
      if (target !== undefined) queue.push(target);
      else if (!specifier.startsWith("node:")) wanted.set(specifier, path);
    }
  }
  expect(seen.size).toBeGreaterThan(60);
  expect([...wanted.keys()]).toEqual(expect.arrayContaining(["pg", "kysely", "@temporalio/worker", "pino"]));
  const script = [...wanted]
    .map(
      ([specifier, path]) =>
        `import.meta.resolve(${JSON.stringify(specifier)}, ${JSON.stringify(pathToFileURL(join(root, path)).href)})`,
    )
    .map((call) => `await import(${call});`)
    .join("\n");
  const node = spawnSync(process.execPath, ["--experimental-import-meta-resolve", "--input-type=module"], {
    input: script,
    env: { PATH: process.env["PATH"] ?? "" },
    cwd: tmpdir(),
    encoding: "utf8",
  });
  expect(node.stderr.replaceAll(/.*(Warning|--trace-warnings).*\n/g, "")).toBe("");
  expect(node.status).toBe(0);
});

function built(changes: Record<string, string>): string {
  return written({ ...goodBuild, ...changes }, "mainspring-built-");
}

function manifest(name: string, exports: Record<string, string>): string {
  return JSON.stringify({ name: `@mainspring/${name}`, exports });
}

function tree(changes: Record<string, string>): string {
  return written({ ...goodTree, ...changes }, "mainspring-boundaries-");
}

function written(files: Record<string, string>, prefix: string): string {
  const root = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
