// `mainspring migrate`: brings one database up to this release, says what it did, and ends.
import { migrate } from "../migrate.ts";
import { loadFileVariables } from "../file-variables.ts";
import { rolePasswordsOf } from "./role-passwords.ts";

try {
  loadFileVariables(process.env);
} catch (error) {
  fail((error as Error).message, 2);
  process.exit();
}
const isJson = process.argv.includes("--json");
const ownerUrl = process.env["OWNER_DATABASE_URL"];
if (!ownerUrl) {
  fail(
    "OWNER_DATABASE_URL is not set: set it to the Postgres address of a superuser or of the role mainspring_owner, such as postgres://postgres:...@127.0.0.1:5432/mainspring.",
    2,
  );
} else {
  try {
    const { applied } = await migrate({ ownerUrl, passwords: rolePasswordsOf(process.env) });
    const lines =
      applied.length === 0
        ? ["Nothing to do: the tables are those of this release."]
        : applied.map((name) => `✓ ${name}`);
    process.stdout.write(isJson ? `${JSON.stringify({ applied }, null, 2)}\n` : `${lines.join("\n")}\n`);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isAway =
      code !== undefined && ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT", "ECONNRESET"].includes(code);
    if (isAway)
      fail(`No Postgres answers at ${hostOf(ownerUrl)} (${code}): start it, or correct OWNER_DATABASE_URL.`, 3);
    else fail(message || String(error), 1);
  }
}

/** Without the password. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : "the address";
}

function fail(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}
