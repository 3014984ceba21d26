// `npm run boundaries`: which package may import what, see scripts/boundaries/table.ts. With WORKFLOW_WORKER_VALIDATE_DIST_ROOT a built
// tree is walked too: of the worker, or of the server where its manifest says so.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBuilt } from "./boundaries/built.ts";
import { checkBoundaries } from "./boundaries/check.ts";
import { foreignToServer } from "./boundaries/table.ts";

const builtRoot = process.env["WORKFLOW_WORKER_VALIDATE_DIST_ROOT"];
const violations = [
  ...checkBoundaries(dirname(dirname(fileURLToPath(import.meta.url)))),
  ...(builtRoot === undefined || builtRoot === "" ? [] : checkTree(builtRoot)),
];
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(
  violations.length === 0 ? "All imports keep to the table.\n" : `${violations.length} violations.\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;

/** The command line goes without the development stack, which a server's tree does not hold: it says so when it is asked for it. */
function checkTree(root: string): string[] {
  const manifest = join(root, "package.json");
  const { name } = (existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {}) as { name?: string };
  return name === "mainspring-server" ? checkBuilt(root, foreignToServer, ["@mainspring/devstack"]) : checkBuilt(root);
}
