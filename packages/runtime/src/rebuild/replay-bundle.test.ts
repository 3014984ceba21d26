import { expect, test } from "vitest";
import { replayBundle } from "./replay-bundle.ts";

test("a bundle for replays has the same code, names no lines, and is made once", () => {
  const lines = Buffer.from(JSON.stringify({ version: 3, sources: ["a.ts"], mappings: "AAAA" })).toString("base64");
  const bundle = { code: `run();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${lines}\n` };
  const [code, map] = (replayBundle(bundle) as { code: string }).code.split(/^\/\/# sourceMappingURL=.*base64,/m);
  expect(code).toBe("run();\n");
  expect(JSON.parse(Buffer.from(map ?? "", "base64").toString())).toMatchObject({ sources: [], mappings: "" });
  expect(replayBundle(bundle)).toBe(replayBundle(bundle));
});
