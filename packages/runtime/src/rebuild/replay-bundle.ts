import type { WorkflowBundle } from "@temporalio/worker";

const made = new WeakMap<WorkflowBundle, WorkflowBundle>();
const mapComment = "//# sourceMappingURL=data:";

/**
 * The same code for replays, without what names the lines of its sources. The SDK reads that map anew for each replay and never lets go of it,
 * so a process that has replayed some hundred runs ends in `RuntimeError: unreachable` when something makes a stack.
 */
export function replayBundle(bundle: WorkflowBundle): WorkflowBundle {
  let stripped = made.get(bundle);
  if (stripped === undefined) {
    stripped = "code" in bundle ? { code: withEmptyMap(bundle.code) } : bundle;
    made.set(bundle, stripped);
  }
  return stripped;
}

function withEmptyMap(code: string): string {
  const at = code.lastIndexOf(mapComment);
  const map = { version: 3, file: "workflow-bundle.js", sources: [], names: [], mappings: "" };
  const encoded = Buffer.from(JSON.stringify(map)).toString("base64");
  return `${at < 0 ? `${code}\n` : code.slice(0, at)}${mapComment}application/json;base64,${encoded}\n`;
}
