import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder } from "../testing/run-cli.ts";
import { configFile, findConnection } from "./connection.ts";

const stack = { url: "http://127.0.0.1:7070", apiKey: "stack-key", platformKey: "stack-platform" };

test("options go before the environment, that before the running stack, that before the configuration file", () => {
  const { cwd, env } = machine({ dev: stack, config: { url: "https://config.example", apiKey: "config-key" } });
  const all = { ...env, MAINSPRING_URL: "http://env:1", MAINSPRING_API_KEY: "env-key" };
  expect(findConnection({ url: "http://flag:1", apiKey: "flag-key" }, all, cwd)).toMatchObject({
    url: "http://flag:1",
    apiKey: "flag-key",
  });
  expect(findConnection({}, all, cwd)).toMatchObject({ url: "http://env:1", apiKey: "env-key" });
  expect(findConnection({}, env, cwd)).toMatchObject(stack);
  const { cwd: elsewhere } = machine({});
  expect(findConnection({}, env, elsewhere)).toMatchObject({
    url: "https://config.example",
    apiKey: "config-key",
    from: configFile(env),
  });
});

test("the stack is found from any folder below the clone, or where MAINSPRING_FOLDER says", () => {
  const { cwd, env } = machine({ dev: stack });
  const deep = join(cwd, "examples", "deep");
  mkdirSync(deep, { recursive: true });
  expect(findConnection({}, env, deep).url).toBe(stack.url);
  const other = machine({ dev: { ...stack, url: "http://127.0.0.1:7999" } });
  expect(findConnection({}, { ...env, MAINSPRING_FOLDER: join(other.cwd, ".mainspring") }, deep).url).toBe(
    "http://127.0.0.1:7999",
  );
});

test("a key in a file goes to the address of that file alone", () => {
  const { cwd, env } = machine({ dev: stack, config: { url: "https://config.example", apiKey: "config-key" } });
  expect(findConnection({ url: "https://elsewhere.example" }, env, cwd).apiKey).toBeUndefined();
  expect(findConnection({ url: "http://127.0.0.1:7070/" }, env, cwd)).toMatchObject({
    apiKey: "stack-key",
    platformKey: "stack-platform",
  });
  expect(findConnection({ url: "https://config.example" }, env, cwd).apiKey).toBe("config-key");
  expect(findConnection({ apiKey: "mine" }, env, cwd)).toMatchObject({ url: stack.url, apiKey: "mine" });
});

test("[CLI-01] no known server is exit code 3, an address that is none is 2", () => {
  const { cwd, env } = machine({});
  expect(() => findConnection({}, env, cwd)).toThrow(expect.objectContaining({ code: "NO_SERVER", exitCode: 3 }));
  expect(() => findConnection({ url: "7070" }, env, cwd)).toThrow(
    expect.objectContaining({ code: "USAGE", exitCode: 2 }),
  );
  expect(() => findConnection({ url: "file:///etc/passwd" }, env, cwd)).toThrow(
    expect.objectContaining({ exitCode: 2 }),
  );
});

test("a file that is broken or half written counts as not there", () => {
  const { cwd, env } = machine({});
  mkdirSync(join(cwd, ".mainspring"));
  writeFileSync(join(cwd, ".mainspring", "dev.json"), '{"url": "http://1');
  expect(() => findConnection({}, env, cwd)).toThrow(expect.objectContaining({ code: "NO_SERVER" }));
});

/** A working folder and a home folder, with the files that are given. */
function machine(files: { readonly dev?: object; readonly config?: object }): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = emptyFolder();
  const env = { HOME: emptyFolder() };
  if (files.dev !== undefined) writeJson(join(cwd, ".mainspring", "dev.json"), files.dev);
  if (files.config !== undefined) writeJson(configFile(env), files.config);
  return { cwd, env };
}

function writeJson(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}
