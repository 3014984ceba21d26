import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort, isFree } from "./ports.ts";

test("the preferred port is given once, then others that end in the same digit", async () => {
  const base = 20_007 + 10 * Math.floor(Math.random() * 900);
  const first = await freePort(base);
  const second = await freePort(base);
  expect(first % 10).toBe(7);
  expect(second % 10).toBe(7);
  expect(second).toBeGreaterThan(first);
});

test("a port on which somebody listens is not given", async () => {
  const port = await freePort();
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  expect(await isFree(port)).toBe(false);
  expect(await freePort(port)).not.toBe(port);
});

test("two processes are never given the same port, and a port comes free with its process", async () => {
  const preferred = 10_003 + 10 * Math.floor(Math.random() * 900);
  const ask = `import { freePort } from ${JSON.stringify(new URL("./ports.ts", import.meta.url).href)}; console.log(await freePort(${preferred}));`;
  const other = Number(spawnSync(process.execPath, ["--input-type=module", "-e", ask], { encoding: "utf8" }).stdout);
  expect(other % 10).toBe(3);
  expect(await freePort(other)).toBe(other); // its holder has ended
  const third = Number(spawnSync(process.execPath, ["--input-type=module", "-e", ask], { encoding: "utf8" }).stdout);
  expect(third).toBeGreaterThan(other);
});
