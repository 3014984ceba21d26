import { fork } from "node:child_process";
import { MainspringError, type ErrorCode } from "@mainspring/core";
import { ownFile } from "../own-file.ts";
import type { RebuildReport } from "./report.ts";

export type RebuildAnswer =
  | { readonly report: RebuildReport }
  | { readonly refused: { readonly code: ErrorCode; readonly details: unknown } }
  | { readonly failed: string };

export const rebuildWithinMs = 120_000;

/**
 * Rebuilds a run in a process of its own: what replays histories is the worker's library, which a server does not load, and a long history
 * takes its time elsewhere.
 * @param env with database, keys and Temporal as a worker has them
 * @throws MainspringError RUN_NOT_FOUND, HISTORY_NOT_FOUND, UNAVAILABLE (it did not answer in two minutes); Error for what a replay throws
 */
export async function rebuildInProcess(
  env: NodeJS.ProcessEnv,
  request: { readonly tenantId: string; readonly runId: string; readonly dryRun?: boolean },
): Promise<RebuildReport> {
  const main = ownFile(import.meta.url, "./main");
  const child = fork(main, [request.tenantId, request.runId, ...(request.dryRun === true ? ["--dry-run"] : [])], {
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    serialization: "json",
  });
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4_000)));
  const timer = setTimeout(() => child.kill("SIGKILL"), rebuildWithinMs);
  try {
    const answer = await new Promise<RebuildAnswer>((resolve, reject) => {
      child.once("message", (message) => resolve(message as RebuildAnswer));
      child.once("error", reject);
      child.once("exit", (code, signal) =>
        reject(
          signal === "SIGKILL"
            ? new MainspringError("UNAVAILABLE", {}, "the history was not replayed in two minutes")
            : new Error(`The rebuild ended with ${code ?? signal}: ${complaint}`),
        ),
      );
    });
    if ("report" in answer) return answer.report;
    if ("refused" in answer) throw new MainspringError(answer.refused.code, answer.refused.details as never);
    throw new Error(answer.failed);
  } finally {
    clearTimeout(timer);
    // It has closed what it had before it answered.
    child.kill("SIGKILL");
  }
}
