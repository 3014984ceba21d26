// `npm run types`, `lint`, `unused`, `boundaries`: one check alone.
import { checks, runCheck, type Check } from "./checks.ts";

const name = process.argv[2] ?? "";
if (!Object.hasOwn(checks, name)) {
  process.stderr.write(`There is no check "${name}": use one of ${Object.keys(checks).join(", ")}.\n`);
  process.exit(2);
}
const { ok, output, tookMs } = await runCheck(name as Check);
if (!ok) process.stderr.write(`${output}\n`);
process.stdout.write(`${ok ? "✓" : "✗"} ${name} (${(tookMs / 1000).toFixed(1)} s)\n`);
process.exitCode = ok ? 0 : 1;
