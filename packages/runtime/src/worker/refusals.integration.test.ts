import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.startWorker();
});
afterAll(() => world?.close());

/** The real program, to its end: what its last line of log says. */
async function refusal(change: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./main.ts", import.meta.url))], {
    env: { ...world.env, ...change },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += String(chunk)));
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(1);
  return (JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as { readonly msg: string }).msg;
}

const another = "f1e2d3c4b5a697887766554433221100ffeeddccbbaa99881726354453627180";

test.each([
  ["no master keys", { MAINSPRING_MASTER_KEYS: "" }, /MAINSPRING_MASTER_KEYS is not set/],
  ["a master key that can be guessed", { MAINSPRING_MASTER_KEYS: "ab".repeat(32) }, /key 1 can be guessed/],
  ["a master key that is too short", { MAINSPRING_MASTER_KEYS: "abcd" }, /key 1 is not 64 hexadecimal digits/],
  [
    "other master keys than the rest of the installation",
    { MAINSPRING_MASTER_KEYS: another },
    /MAINSPRING_MASTER_KEYS has not the key [0-9a-f]{16}, .* give every server and worker the same keys/,
  ],
  [
    "payloads in clear in production",
    { MAINSPRING_ENCRYPT_PAYLOADS: "off", NODE_ENV: "production", MAINSPRING_DEV: undefined },
    /MAINSPRING_ENCRYPT_PAYLOADS=off would leave payloads readable/,
  ],
  ["development in production", { MAINSPRING_DEV: "1", NODE_ENV: "production" }, /exclude each other/],
  ["development beyond loopback", { MAINSPRING_DEV: "1", MAINSPRING_HOST: "0.0.0.0" }, /serves loopback only/],
  ["a secret's file that is not there", { REDIS_URL_FILE: "/nowhere/x" }, /REDIS_URL_FILE names \/nowhere\/x/],
])("a worker refuses to start with %s, in one sentence that names it", async (_, change, message) => {
  const said = await refusal(change);
  expect(said).toMatch(message);
  expect(said).not.toContain("\n");
});

test("a worker refuses to start as a role that owns the tables, or that no policy binds", async () => {
  expect(await refusal({ DATABASE_URL: world.database.ownerUrl })).toMatch(
    /The role \w+ can see every tenant's rows\. Connect as mainspring_app/,
  );
});
