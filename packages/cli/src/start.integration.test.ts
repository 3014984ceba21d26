// `mainspring dev`: the whole stack, as npm start starts it, beside any that runs here.
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "./testing/product.ts";
import { emptyFolder, spawnCli, type RunningCli } from "./testing/run-cli.ts";

test("[CLI-01] mainspring dev --once runs the example to its end and ends 0", async () => {
  const { folder, env } = folderOfStack();
  const { code, stdout, stderr } = await started(["dev", "--once"], folder, env).ended;
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/ended SUCCEEDED after \d+ ms/);
});

test("a stack that mainspring dev started is found by its file, and ends in order when the command is told to", async () => {
  const { folder, env } = folderOfStack();
  const dev = started(["dev"], folder, env);
  await until(
    "the stack is ready",
    dev,
    () => (dev.stdout().includes("Ctrl-C ends everything") ? true : undefined),
    110_000,
  );
  const listed = await spawnCli(["runs", "list", "--workflow", "order-fulfilment"], { cwd: folder, env }).ended;
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ SUCCEEDED {2}order-fulfilment@1/) });
  dev.child.kill("SIGTERM");
  expect((await dev.ended).code).toBe(0);
  expect(existsSync(join(folder, "dev.json"))).toBe(false);
  expect((await spawnCli(["runs", "list"], { cwd: folder, env }).ended).code).toBe(3);
});

function folderOfStack(): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = emptyFolder();
  chmodSync(folder, 0o755); // as root, Postgres runs as another user
  return { folder, env: { MAINSPRING_FOLDER: folder } };
}

/** Ended with the test, however that goes. */
function started(args: string[], folder: string, env: NodeJS.ProcessEnv): RunningCli {
  const cli = spawnCli(args, { cwd: folder, env });
  onTestFinished(async () => {
    cli.child.kill("SIGTERM");
    await cli.ended;
  });
  return cli;
}
