import type { Command } from "commander";
import { findDevStack, type DevStack } from "../../connection/dev-json.ts";
import { runProcess } from "../../processes/run-process.ts";
import { performs, type Program } from "../../verb.ts";

export function worker(program: Program, parent: Command): void {
  const command = parent
    .command("worker")
    .summary("run a worker process")
    .description(
      "Run a worker in the foreground. Its settings come from the environment; without DATABASE_URL there it joins the running stack of this folder, which .mainspring/dev.json describes.",
    );
  performs(program, command, ({ io, out }) => {
    const stack = io.env["DATABASE_URL"] ? undefined : findDevStack(io.cwd, io.env);
    if (stack !== undefined) out.progress(`joining the stack at ${stack.url}`);
    return runProcess("packages/runtime/src/worker/main.ts", [], { ...io.env, ...joining(stack, io.env) });
  });
}

/** What a further worker of a running stack needs; its own settings go before. */
function joining(stack: DevStack | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (stack === undefined) return {};
  const { app, dispatcher, reconciler } = stack.databaseUrls;
  return {
    DATABASE_URL: app,
    DISPATCHER_DATABASE_URL: env["DISPATCHER_DATABASE_URL"] ?? dispatcher,
    RECONCILER_DATABASE_URL: env["RECONCILER_DATABASE_URL"] ?? reconciler,
    TEMPORAL_ADDRESS: env["TEMPORAL_ADDRESS"] ?? stack.temporalAddress,
    TEMPORAL_NAMESPACE: env["TEMPORAL_NAMESPACE"] ?? stack.temporalNamespace,
    MAINSPRING_MASTER_KEYS: env["MAINSPRING_MASTER_KEYS"] ?? stack.masterKeys,
    MAINSPRING_ENCRYPT_PAYLOADS: env["MAINSPRING_ENCRYPT_PAYLOADS"] ?? "off",
    // As the stack's own worker: one machine need not wait as long as a cluster.
    MAINSPRING_WAITS: env["MAINSPRING_WAITS"] ?? JSON.stringify({ stickyTimeoutMs: 2_500 }),
  };
}
