// The checks that need neither Postgres nor Temporal, as commands.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export type Check = "types" | "lint" | "format" | "unused" | "boundaries";

/** Each check is one or more commands, every one of which must end with 0. */
export const checks: Record<Check, () => string[][]> = {
  types: () => typeProjects().map((project) => [tool("typescript", "tsc"), "-p", project]),
  lint: () => [[tool("oxlint"), "--deny-warnings"]],
  format: () => [[tool("oxfmt"), "--check"]],
  unused: () => [[tool("knip"), "--no-progress"]],
  boundaries: () => [[join(root, "scripts/check-boundaries.ts")]],
};

export type Finished = { ok: boolean; output: string; tookMs: number };

/** Runs a check's commands, two at a time, and collects what those that failed have to say. */
export async function runCheck(check: Check): Promise<Finished> {
  const startMs = performance.now();
  const waiting = checks[check]();
  const failed: string[] = [];
  const worker = async (): Promise<void> => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const { code, output } = await runNode(command);
      if (code !== 0) failed.push(output.trim() || `${command.join(" ")} ended with ${code}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return { ok: failed.length === 0, output: failed.join("\n"), tookMs: performance.now() - startMs };
}

/** The JavaScript file behind a tool's command, so that it runs on this Node whatever PATH says. */
export function tool(packageName: string, command = packageName): string {
  const folder = join(root, "node_modules", packageName, "bin");
  const file = readdirSync(folder).find((name) => name.split(".")[0] === command);
  if (file === undefined) throw new Error(`${packageName} brings no command ${command}`);
  return join(folder, file);
}

/** Every package, and `core` a second time: its tests may use Node, it may not. */
function typeProjects(): string[] {
  return readdirSync(join(root, "packages")).flatMap((name) =>
    ["tsconfig.json", "tsconfig.test.json"]
      .map((file) => join(root, "packages", name, file))
      .filter((path) => existsSync(path)),
  );
}

function runNode(command: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code: code ?? 1, output }));
  });
}
