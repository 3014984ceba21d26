import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import { payloadConverterPath } from "../temporal/data-converter.ts";

const workflowsPath = fileURLToPath(new URL("../workflow/run-workflow.ts", import.meta.url));
const sharedModules = ["../wire/shared-programs.ts", "../workflow/preloaded.ts"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The workflow code as one bundle: about a second, once per worker process. */
export async function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath,
    payloadConverterPath,
    preloadModules: sharedModules,
    logger: { trace: quiet, debug: quiet, info: quiet, warn: loud, error: loud, log: quiet },
  });
}

function quiet(): void {}
function loud(message: string): void {
  process.stderr.write(`workflow bundle: ${message}\n`);
}
