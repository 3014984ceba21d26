// `npm run reset`: removes everything that the stack keeps. It must not be running.
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endLeftOvers } from "../left-overs.ts";
import { removeOutsideData } from "../postgres/postgres.ts";
import { SetupError } from "../setup-error.ts";

const root = dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
const folder = process.env["MAINSPRING_FOLDER"] || join(root, ".mainspring");

try {
  await endLeftOvers(folder);
  const had = existsSync(folder);
  removeOutsideData(folder);
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(had ? `Removed ${folder}\n` : "There was nothing to remove.\n");
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
