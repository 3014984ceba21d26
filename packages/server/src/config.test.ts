import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

const good = {
  DATABASE_URL: "postgres://app@h/d",
  DISPATCHER_DATABASE_URL: "postgres://dispatcher@h/d",
  MAINSPRING_PLATFORM_KEY: "4fd1c09b7a8e2356dd01ef9a",
  MAINSPRING_MASTER_KEYS: "0123456789abcdef00112233445566778899aabbccddeeff1032547698badcfe",
};

test("a complete environment is read, with defaults for what is safe to assume", () => {
  expect(readConfig(good)).toMatchObject({
    host: "127.0.0.1",
    port: 7070,
    temporalAddress: "127.0.0.1:7233",
    temporalNamespace: "default",
    isDevelopment: false,
  });
});

test.each([
  ["no database", { DATABASE_URL: undefined }, /DATABASE_URL is not set/],
  ["no dispatcher", { DISPATCHER_DATABASE_URL: "" }, /DISPATCHER_DATABASE_URL/],
  ["no platform key", { MAINSPRING_PLATFORM_KEY: undefined }, /MAINSPRING_PLATFORM_KEY is not set/],
  ["a short platform key", { MAINSPRING_PLATFORM_KEY: "4fd1c09b7a8e" }, /fewer than 24/],
  ["a monotonous platform key", { MAINSPRING_PLATFORM_KEY: "ababababababababababababab" }, /can be guessed/],
  ["a platform key out of a manual", { MAINSPRING_PLATFORM_KEY: "changeme-please-1234567890" }, /can be guessed/],
  ["a platform key that no header carries", { MAINSPRING_PLATFORM_KEY: "4fd1c09b7a8e 2356dd01ef9aé" }, /header/],
  ["no master key", { MAINSPRING_MASTER_KEYS: undefined }, /MAINSPRING_MASTER_KEYS is not set/],
  ["a master key that can be guessed", { MAINSPRING_MASTER_KEYS: "0".repeat(64) }, /can be guessed/],
  ["a port that is none", { MAINSPRING_PORT: "70707" }, /MAINSPRING_PORT is 70707/],
  ["development beyond loopback", { MAINSPRING_DEV: "1", MAINSPRING_HOST: "0.0.0.0" }, /loopback only/],
  ["development in production", { MAINSPRING_DEV: "1", NODE_ENV: "production" }, /exclude each other/],
  ["an unknown log level", { MAINSPRING_LOG_LEVEL: "loud" }, /MAINSPRING_LOG_LEVEL/],
])("the server refuses to start with %s", (_, change, message) => {
  expect(() => readConfig({ ...good, ...change })).toThrow(ConfigError);
  expect(() => readConfig({ ...good, ...change })).toThrow(message);
});
