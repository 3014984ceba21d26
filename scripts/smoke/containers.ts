// The installation of compose.yaml in containers, under a project name and ports of its own.
import { spawn, spawnSync } from "node:child_process";
import { freePort } from "../../packages/devstack/src/ports.ts";
import { root } from "../checks.ts";
import { composePath } from "./compose-file.ts";
import type { Installation } from "./scenario.ts";

const namespace = "mainspring";

/** The command of a container engine that has `compose` and answers; undefined where there is none. */
export function findEngine(): string | undefined {
  return ["docker", "podman"].find((command) =>
    [["compose", "version"], ["info"]].every((args) => spawnSync(command, args, { timeout: 20_000 }).status === 0),
  );
}

export async function startContainers(
  engine: string,
  say: (line: string) => void,
): Promise<Installation & { stop(): Promise<void> }> {
  const ports = { server: await freePort(), temporal: await freePort(), ui: await freePort() };
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: `mainspring-smoke-${process.pid}`,
    EXPOSE_ADDRESS: "127.0.0.1",
    EXPOSE_SERVER_PORT: String(ports.server),
    EXPOSE_TEMPORAL_PORT: String(ports.temporal),
    EXPOSE_TEMPORAL_UI_PORT: String(ports.ui),
    TEMPORAL_NAMESPACE: namespace,
  };
  const compose = (args: string[], quiet = false): Promise<string> =>
    run(engine, ["compose", "--file", composePath, ...args], env, quiet);
  const stop = async (): Promise<void> => {
    await compose(["down", "--volumes", "--timeout", "35"]);
  };
  try {
    say("building the images and starting all services");
    await compose(["up", "--detach", "--build", "--wait", "--wait-timeout", "600"]);
    const platformKey = await compose(["exec", "-T", "server", "cat", "/keys/product/platform-key"], true);
    return {
      url: `http://127.0.0.1:${ports.server}`,
      platformKey: platformKey.trim(),
      temporalAddress: `127.0.0.1:${ports.temporal}`,
      namespace,
      async rows(text) {
        const asJson = `select coalesce(json_agg(t), '[]') from (${text}) t`;
        const psql = ["psql", "--username", "postgres", "--dbname", "mainspring", "-AtX", "--command", asJson];
        return JSON.parse(await compose(["exec", "-T", "postgres", ...psql], true)) as Record<string, unknown>[];
      },
      stop,
    };
  } catch (error) {
    await compose(["logs", "--tail", "40"]).catch(() => undefined);
    await stop();
    throw error;
  }
}

/** Its standard output; shown as well, unless `quiet`. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv, quiet: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", quiet ? "pipe" : "inherit"] });
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (!quiet) process.stderr.write(chunk);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}`));
    });
  });
}
