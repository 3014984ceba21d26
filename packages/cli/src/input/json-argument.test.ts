import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { capturedIo } from "../testing/captured-io.ts";
import { emptyFolder } from "../testing/run-cli.ts";
import { jsonArgument } from "./json-argument.ts";

test("a payload is the text itself, a file, or standard input", async () => {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "order.json"), '{ "orderId": "A-1" }');
  const { io } = capturedIo({ cwd, stdin: "[1, 2]" });
  expect(await jsonArgument("--payload", '{"a":null}', io)).toEqual({ a: null });
  expect(await jsonArgument("--payload", "@order.json", io)).toEqual({ orderId: "A-1" });
  expect(await jsonArgument("--payload", `@${join(cwd, "order.json")}`, io)).toEqual({ orderId: "A-1" });
  expect(await jsonArgument("--payload", "@-", io)).toEqual([1, 2]);
});

test.each([
  ["text that is not JSON", "{a:1}", "USAGE", /--payload is not JSON/],
  ["a file that is not there", "@missing.json", "USAGE", /missing\.json cannot be read: there is no such file/],
  ["a number that would be sent as null", '{"a":[1e400]}', "NUMBER_NOT_EXACT", /--payload at \/a\/0/],
  ["an integer that would be sent as another", "9007199254740993", "NUMBER_NOT_EXACT", /--payload at its top/],
  ["half of a surrogate pair", '"\\ud800"', "TEXT_NOT_STORABLE", /--payload/],
])("%s is a usage error", async (_, text, code, message) => {
  const { io } = capturedIo({ cwd: emptyFolder() });
  await expect(jsonArgument("--payload", text, io)).rejects.toMatchObject({
    code,
    exitCode: 2,
    message: expect.stringMatching(message),
  });
});
