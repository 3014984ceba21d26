// `npm run boundaries`: which package may import what, see scripts/boundaries/table.ts. With WORKFLOW_WORKER_VALIDATE_DIST_ROOT a built
// tree of the worker is walked too.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBuilt } from "./boundaries/built.ts";
import { checkBoundaries } from "./boundaries/check.ts";

const builtRoot = process.env["WORKFLOW_WORKER_VALIDATE_DIST_ROOT"];
const violations = [
  ...checkBoundaries(dirname(dirname(fileURLToPath(import.meta.url)))),
  ...(builtRoot === undefined || builtRoot === "" ? [] : checkBuilt(builtRoot)),
];
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(
  violations.length === 0 ? "All imports keep to the table.\n" : `${violations.length} violations.\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
