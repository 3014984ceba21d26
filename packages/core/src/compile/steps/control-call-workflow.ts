import type { CallWorkflowDefinition } from "../../definition/steps/control-call-workflow.ts";
import type { CallWorkflowStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { checkLiteralInput } from "../literal-input.ts";
import { didYouMean } from "../../values/nearest.ts";

export function compileControlCallWorkflow(
  c: CompileContext,
  step: CallWorkflowDefinition,
  place: StepPlace,
): Omit<CallWorkflowStep, "id" | "path"> {
  const input = c.value(step.input, place, "/input");
  const version = bindVersion(c, step, place);
  const entry = c.catalogue.workflows?.find((workflow) => workflow.key === step.workflow);
  // Only the published version's schema is known here.
  if (entry?.payloadSchema !== undefined && version === entry.version)
    checkLiteralInput(c, input, entry.payloadSchema, place);
  return without({
    type: "control.callWorkflow",
    workflow: step.workflow,
    version,
    input,
    saveAs: c.target(step.saveAs, place, "/saveAs"),
    output: c.assignments(step.output, place, "/output"),
    retry: c.retry(step.retry, place),
    onError: c.errorPolicy(step.onError, place),
  });
}

/** The version that calls of this step will run: bound now, or `latest`, found at the call. */
function bindVersion(c: CompileContext, step: CallWorkflowDefinition, place: StepPlace): number | "latest" {
  const workflows = c.catalogue.workflows ?? [];
  const entry = workflows.find((workflow) => workflow.key === step.workflow);
  // A call of the workflow itself is reported as the circle that it is.
  if (entry === undefined && step.workflow === c.workflow) return step.version ?? "latest";
  if (entry === undefined) {
    const near = didYouMean(
      step.workflow,
      workflows.map((workflow) => workflow.key),
    );
    c.error("WORKFLOW_UNKNOWN", place, "/workflow", `No workflow "${step.workflow}" is published.${near}`);
    return step.version ?? "latest";
  }
  if (step.version === undefined) return entry.version;
  if (step.version === "latest") return "latest";
  const versions = entry.versions ?? [entry.version];
  if (!versions.includes(step.version)) {
    c.error(
      "WORKFLOW_VERSION_UNKNOWN",
      place,
      "/version",
      `"${step.workflow}" has no version ${step.version}; the published one is ${entry.version}.`,
    );
  }
  return step.version;
}
