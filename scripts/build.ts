// `npm run build`: plain JavaScript of every package in its `dist`, and from it `dist/server` and `dist/worker`, each with all that its
// process is made of. `--out <folder>` puts the two elsewhere; `--with-packages` also puts the packages from npm into them.
import { spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { addPackages } from "./build-output/production-packages.ts";
import { stage, targets, type Target } from "./build-output/stage.ts";
import { lineProgress } from "../packages/devstack/src/progress.ts";
import { buildWeb } from "../packages/devstack/src/web-build.ts";
import { root, tool } from "./checks.ts";

const out = resolve(root, process.argv[process.argv.indexOf("--out") + 1 || process.argv.length] ?? "dist");
// Elsewhere Node finds no package beside what was built.
const withPackages = process.argv.includes("--with-packages") || relative(root, out).startsWith("..");
const bundle = "packages/runtime/dist/workflow-code.bundle";
const progress = lineProgress((text) => void process.stdout.write(text));

try {
  await Promise.all([
    progress.step("JavaScript of every package", () =>
      node(root, [tool("typescript", "tsc"), "-b", "tsconfig.build.json"]),
    ),
    buildWeb(root, progress),
  ]);
  await progress.step("Workflow bundle", async () => {
    for (const target of Object.keys(targets) as Target[]) {
      stage(root, target, join(out, target));
      if (withPackages) addPackages(root, target, join(out, target));
    }
    await node(join(out, "worker"), ["packages/runtime/dist/bundle/main.js"]);
    // The server replays histories in a process of its own, for a rebuild.
    copyFileSync(join(out, "worker", bundle), join(out, "server", bundle));
  });
  process.stdout.write(`Built ${join(out, "server")} and ${join(out, "worker")}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** @throws Error with what the program said */
function node(cwd: string, command: string[]): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(process.execPath, command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolvePromise();
      else reject(new Error(`${command.join(" ")} ended with ${code}:\n${said.trim()}`));
    });
  });
}
