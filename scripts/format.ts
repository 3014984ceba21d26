// `npm run format`: brings every file into the one layout; `npm test` only looks.
import { spawnSync } from "node:child_process";
import { root, tool } from "./checks.ts";

const { status } = spawnSync(process.execPath, [tool("oxfmt"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
