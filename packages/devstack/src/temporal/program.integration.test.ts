import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lineProgress } from "../progress.ts";
import { cacheFolder, findTemporal } from "./program.ts";

const program = '#!/bin/sh\necho "temporal version 1.5.1"\n';

test("a `temporal` on PATH comes first", async () => {
  const { env, bin, progress } = workbench();
  writeFileSync(join(bin, "temporal"), program, { mode: 0o755 });
  expect(await findTemporal(env, progress, nowhere)).toBe(join(bin, "temporal"));
});

test("a `temporal` on PATH that does not run is passed over for the one in the cache", async () => {
  const { env, bin, progress } = workbench();
  writeFileSync(join(bin, "temporal"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  mkdirSync(cacheFolder(env), { recursive: true });
  writeFileSync(join(cacheFolder(env), "temporal"), program, { mode: 0o755 });
  expect(await findTemporal(env, progress, nowhere)).toBe(join(cacheFolder(env), "temporal"));
});

test("without one it is fetched into the cache", async () => {
  const { env, folder, progress, said } = workbench();
  writeFileSync(join(folder, "temporal"), program, { mode: 0o755 });
  execFileSync("tar", ["-czf", join(folder, "archive.tar.gz"), "-C", folder, "temporal"]);
  const asked: string[] = [];
  const place = await downloadsThat((url, reply) => {
    asked.push(url);
    reply.end(readFileSync(join(folder, "archive.tar.gz")));
  });
  const found = await findTemporal(env, progress, place);
  expect(found).toBe(join(cacheFolder(env), "temporal"));
  expect(execFileSync(found, { encoding: "utf8" })).toContain("1.5.1");
  expect(asked).toEqual([expect.stringMatching(/^\/v1\.5\.1\?platform=\w+&arch=\w+$/)]);
  expect(said.join("")).toMatch(/✓ Fetching Temporal v1\.5\.1 \(\d+\.\d s\)/);
});

test("where it cannot be fetched Go builds it, once however many ask", async () => {
  const { env, bin, folder, progress } = workbench();
  writeFileSync(
    join(bin, "go"),
    `#!/bin/sh
     if [ "$1" = env ]; then echo go1.26.8; exit; fi
     echo "$@" >> ${folder}/builds
     printf '%s' '${program}' > "$GOBIN/temporal" && chmod +x "$GOBIN/temporal"`,
    { mode: 0o755 },
  );
  const found = await Promise.all([1, 2, 3].map(() => findTemporal(env, progress, nowhere)));
  expect(found).toEqual(Array(3).fill(join(cacheFolder(env), "temporal")));
  expect(readFileSync(join(folder, "builds"), "utf8")).toBe("install github.com/temporalio/cli/cmd/temporal@v1.5.1\n");
  expect(existsSync(`${cacheFolder(env)}.lock`)).toBe(false);
});

test("the lock of a builder that died is taken over", async () => {
  const { env, bin, progress } = workbench();
  writeFileSync(
    join(bin, "go"),
    `#!/bin/sh
     if [ "$1" = env ]; then echo go1.26.8; exit; fi
     printf '%s' '${program}' > "$GOBIN/temporal" && chmod +x "$GOBIN/temporal"`,
    { mode: 0o755 },
  );
  mkdirSync(join(cacheFolder(env), ".."), { recursive: true });
  writeFileSync(`${cacheFolder(env)}.lock`, JSON.stringify({ pid: process.pid, startedAt: "1" }));
  expect(await findTemporal(env, progress, nowhere)).toBe(join(cacheFolder(env), "temporal"));
});

test("[DEV-03] without network and without Go one sentence names both and the ways out", async () => {
  const { env, progress } = workbench();
  await expect(findTemporal(env, progress, nowhere)).rejects.toThrow(
    /^There is no Temporal server here and none could be fetched \(127\.0\.0\.1:1 cannot be reached .*; Go is not installed\): install the `temporal` command \(v1\.5\.1\) or Go 1\.25 or newer, or set TEMPORAL_ADDRESS/,
  );
  expect(existsSync(`${cacheFolder(env)}.lock`)).toBe(false);
});

test("a Go that is too old, and a reply that is no archive, are named", async () => {
  const { env, bin, progress } = workbench();
  writeFileSync(join(bin, "go"), "#!/bin/sh\necho go1.24.1\n", { mode: 0o755 });
  const place = await downloadsThat((_url, reply) => {
    reply.statusCode = 404;
    reply.end();
  });
  await expect(findTemporal(env, progress, place)).rejects.toThrow(/status 404; Go is go1\.24\.1, 1\.25 is needed/);
});

/** Nobody listens on port 1. */
const nowhere = "http://127.0.0.1:1/archive";

function workbench() {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-temporal-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const said: string[] = [];
  // PATH without a real Go or Temporal, yet with the shell's own tools, which the fake ones need.
  const tools = join(folder, "tools");
  mkdirSync(tools);
  for (const name of ["chmod", "tar", "gzip"]) {
    writeFileSync(join(tools, name), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${name} "$@"\n`, { mode: 0o755 });
  }
  const env = { PATH: `${bin}:${tools}`, XDG_CACHE_HOME: join(folder, "cache") };
  return { folder, bin, env, said, progress: lineProgress((text) => void said.push(text)) };
}

async function downloadsThat(answer: (url: string, reply: ServerResponse) => void): Promise<string> {
  const server = createServer((request, reply) => answer(request.url ?? "", reply));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
