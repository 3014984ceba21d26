import { canonicalHash } from "../canonical/canonical-hash.ts";
import type { CommandId } from "./transition.ts";

/** The id of the task that a command of a run opens: a UUID of version 8, the same wherever and however often it is asked for. */
export function taskIdOf(runId: string, commandId: CommandId): string {
  return uuidOf(canonicalHash(["task", runId, commandId]));
}

/** The run of one try of a call: the same however often it is opened. */
export function childRunIdOf(
  parentRunId: string,
  call: { readonly stepPath: string; readonly iteration: readonly number[]; readonly attempt: number },
): string {
  return uuidOf(canonicalHash(["child", parentRunId, call.stepPath, [...call.iteration], call.attempt]));
}

/** A UUID of version 8 made of a SHA-256 in hexadecimal. */
function uuidOf(hash: string): string {
  const variant = "89ab"[hash.charCodeAt(16) & 3] as string;
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    "8" + hash.slice(13, 16),
    variant + hash.slice(17, 20),
    hash.slice(20, 32),
  ].join("-");
}
