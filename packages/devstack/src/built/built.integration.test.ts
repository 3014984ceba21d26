import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// What an image holds, made by the command that makes it, in a folder far from the sources and from what is installed for development.
const root = dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mainspring-built-"));
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), "--out", folder, "--with-packages"], { cwd: root });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plain Node, without any setting of ours. */
function node(target: "server" | "worker", args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: join(folder, target),
    env: { PATH: process.env["PATH"] ?? "" },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

test("[OWN-08] [OWN-09] [OWN-10] the worker's built output has no unresolved alias, no way back into sources, and no user interface", () => {
  for (const target of ["worker", "server"]) {
    const { stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/check-boundaries.ts")], {
      env: { ...process.env, WORKFLOW_WORKER_VALIDATE_DIST_ROOT: join(folder, target) },
      encoding: "utf8",
    });
    expect([target, stderr]).toEqual([target, ""]);
    expect(stdout).toBe("All imports keep to the table.\n");
  }
});

test("[OWN-11] [MIG-07] every package that the worker loads resolves under plain Node, in a folder with packages of production alone", () => {
  const started = node("worker", ["packages/runtime/dist/worker/main.js"]);
  expect(started).toMatchObject({ status: 1, output: expect.stringContaining("The worker needs DATABASE_URL") });
  // What only `import()` brings, too.
  const lazy = new Set(
    globSync("packages/*/dist/**/*.js", { cwd: join(folder, "worker") }).flatMap((path) =>
      [...readFileSync(join(folder, "worker", path), "utf8").matchAll(/\bimport\("([^".]+)"\)/g)].map(
        ([, name]) => `${path} ${name}`,
      ),
    ),
  );
  expect([...lazy].some((line) => line.endsWith(" redis"))).toBe(true);
  for (const line of lazy) {
    const [path = "", name = ""] = line.split(" ");
    const script = `await import(import.meta.resolve(${JSON.stringify(name)}, ${JSON.stringify(`file://${join(folder, "worker", path)}`)}))`;
    expect([
      line,
      node("worker", ["--experimental-import-meta-resolve", "--input-type=module", "--eval", script]).status,
    ]).toEqual([line, 0]);
  }
  const installed = globSync("node_modules/{*,@*/*}/package.json", { cwd: join(folder, "worker") });
  expect(installed.length).toBeGreaterThan(100);
  for (const path of installed) expect(path).not.toMatch(/\/(typescript|vitest|oxlint|react|fastify|@mantine|vite)\//);
});

test("[OWN-07] server, setup and command line start from their built output", () => {
  expect(node("server", ["packages/server/dist/main.js"])).toEqual({
    status: 2,
    output: expect.stringMatching(/^DATABASE_URL is not set: [^\n]*\n$/),
  });
  expect(node("server", ["packages/cli/dist/main.js", "--version"])).toEqual({ status: 0, output: "0.1.0\n" });
  expect(node("server", ["packages/cli/dist/main.js", "dev"])).toMatchObject({
    status: 1,
    output: expect.stringContaining("devstack is not part of this installation"),
  });
  expect(node("server", ["packages/server/dist/setup/main.js", "prepare"])).toEqual({
    status: 1,
    output: expect.stringMatching(/^OWNER_DATABASE_URL is not set/),
  });
});

test("nothing of the built output is a source, a declaration or a test", () => {
  const files = globSync("{server,worker}/packages/**/*", { cwd: folder }).filter((path) => /\.\w+$/.test(path));
  expect(files.filter((path) => /\.tsx?$|\.test\./.test(path))).toEqual([]);
  expect(files.filter((path) => path.endsWith("workflow-code.bundle"))).toHaveLength(2);
  expect(files).toContain("server/packages/web/dist/index.html");
});

test(
  "[TST-25] [MIG-01] [MIG-08] the built output, as compose.yaml starts it, completes a run and resumes a wait, all seen in the tables",
  { timeout: 240_000 },
  () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, "scripts/compose-smoke.ts"), "--processes", "--built", folder],
      { cwd: root, encoding: "utf8", env: process.env },
    );
    expect(stdout).toContain("Mode: processes of the built output");
    expect(stdout).toMatch(
      /somebody polls workflow-runtime-v2[^]*completed\n[^]*was resumed by event[^]*the tables tell/,
    );
    expect(status).toBe(0);
  },
);
