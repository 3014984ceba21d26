// `npm run boundaries`: which package may import what, see scripts/boundaries/table.ts.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBoundaries } from "./boundaries/check.ts";

const violations = checkBoundaries(dirname(dirname(fileURLToPath(import.meta.url))));
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(
  violations.length === 0 ? "All imports keep to the table.\n" : `${violations.length} violations.\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
