// The pages of Run Studio, built by Vite into `packages/web/dist`, from where the server serves them.
import { spawn } from "node:child_process";
import { existsSync, globSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "./progress.ts";

/** Builds when there is no build yet or a source is newer than it. */
export async function buildWeb(root: string, progress: Progress): Promise<void> {
  const built = join(root, "packages/web/dist/index.html");
  if (existsSync(built) && statSync(built).mtimeMs > newestSourceMs(root)) return;
  await progress.step("Pages", async () => {
    // Built aside, so that a server which runs meanwhile never serves half a build.
    const draft = join(root, "packages/web/build", String(process.pid));
    await vite(root, draft);
    const dist = join(root, "packages/web/dist");
    rmSync(dist, { recursive: true, force: true });
    try {
      renameSync(draft, dist);
    } catch {
      rmSync(draft, { recursive: true }); // another start was faster by a moment
    }
  });
}

function newestSourceMs(root: string): number {
  const patterns = ["packages/{web,api,core}/src/**/*.{ts,tsx,css}", "packages/web/{index.html,vite.config.ts}"];
  return Math.max(0, ...globSync(patterns, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs));
}

function vite(root: string, outFolder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, "node_modules/vite/bin/vite.js"), "build", "--outDir", outFolder, "--logLevel", "error"],
      {
        cwd: join(root, "packages/web"),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The pages could not be built: ${said.trim()}`));
    });
  });
}
