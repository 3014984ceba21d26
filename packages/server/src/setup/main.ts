// Prepares an installation, in two steps that both may be repeated: `keys <folder>` makes keys and passwords before anything runs, and
// `prepare` makes tables, roles and Temporal's namespace once Postgres and Temporal are there.
import { loadFileVariables } from "@mainspring/store";
import { makeKeys } from "./keys.ts";
import { prepare } from "./prepare.ts";

const [verb, folder] = process.argv.slice(2);
try {
  if (verb === "keys" && folder !== undefined) {
    const made = makeKeys(folder, {
      postgres: process.env["MAINSPRING_SETUP_POSTGRES"] ?? "postgres:5432/mainspring",
      redis: process.env["MAINSPRING_SETUP_REDIS"] ?? "redis:6379",
    });
    say(made.length === 0 ? "keys: all there" : `keys: made ${made.join(", ")}`);
  } else if (verb === "prepare") {
    loadFileVariables(process.env);
    await prepare(process.env, say);
  } else {
    say("Say what to prepare: `keys <folder>`, or `prepare`.");
    process.exitCode = 2;
  }
} catch (error) {
  say(error instanceof Error && error.message !== "" ? error.message : String(error));
  process.exitCode = 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
