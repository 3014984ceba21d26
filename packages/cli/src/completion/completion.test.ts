import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "../testing/captured-io.ts";
import { emptyFolder } from "../testing/run-cli.ts";

test.each([
  ["mainspring r", ["run", "runs"]],
  [
    "mainspring runs ",
    [
      "--help",
      "at",
      "bulk",
      "cancel",
      "diff",
      "export",
      "list",
      "quota-resume",
      "rebuild",
      "replay",
      "restart-from",
      "show",
      "watch",
      "why",
    ],
  ],
  ["mainspring runs list --sta", ["--status", "--state"]],
  ["mainspring runs --json list --work", ["--workflow"]],
  ["mainspring completion ", ["--url", "--api-key", "--json", "--help"]],
  ["mainspring validate ord", ["order.yaml"]],
])("[CLI-01] bash completes %j", async (typed, offered) => {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "order.yaml"), "");
  const { stdout } = await runHere(["completion", "bash"]);
  const words = typed.split(" ");
  const script = `${stdout}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _mainspring; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const reply = execFileSync("bash", ["-c", script], { cwd, encoding: "utf8" }).trim().split("\n");
  expect(reply.sort()).toEqual([...offered].sort());
});

test.each(["zsh", "fish"])("[CLI-01] the script for %s has every command and quotes its summary", async (shell) => {
  const { code, stdout } = await runHere(["completion", shell]);
  expect(code).toBe(0);
  for (const word of [
    "validate",
    "publish",
    "workflows",
    "runs",
    "watch",
    "replay",
    "events",
    "send",
    "explain",
    "tenants",
  ])
    expect(stdout).toContain(word);
  expect(stdout).toContain(
    shell === "fish" ? "print a run\\'s steps as they happen" : "print a run'\\''s steps as they happen",
  );
});

test("another shell is a usage error", async () => {
  expect((await runHere(["completion", "powershell"])).code).toBe(2);
});
