import { basename, isAbsolute, join } from "node:path";
import { usageError } from "../../cli-error.ts";
import type { Context } from "../../context.ts";
import { exitCodes, type ExitCode } from "../../exit-codes.ts";
import { readText } from "../../input/read-text.ts";
import { writeText } from "../../input/write-text.ts";
import { issueLines } from "../../output/issues.ts";
import { printable } from "../../output/printable.ts";
import { shownPath, testFileOf } from "./find-tests.ts";
import { testedWorkflow, withWorkflows } from "./tested-workflow.ts";

interface Written {
  readonly file: string;
  readonly workflow: string;
}

/** Writes a scenario file with a first scenario beside each definition. One that is there is never touched. */
export async function initTests({ io, out }: Context, flows: readonly string[]): Promise<ExitCode> {
  if (flows.length === 0)
    throw usageError("--init needs a definition.", "Name it: mainspring test --init order.flow.yaml");
  const [{ skeletonOf }, { defaultNow, scenarioText }] = await Promise.all([
    import("@mainspring/core"),
    import("@mainspring/core/compile"),
  ]);
  const written: Written[] = [];
  for (const flow of flows) {
    await readText(flow, io);
    const path = isAbsolute(flow) ? flow : join(io.cwd, flow);
    const file = testFileOf(path);
    const tested = await testedWorkflow(file, { actions: [], forms: [], calendars: [], scenarios: [] });
    if ("issues" in tested) {
      for (const issue of tested.issues)
        for (const line of issueLines(issue, out.paintProgress, shownPath(tested.file, io))) out.progress(line);
      return exitCodes.failed;
    }
    const { program, beside, world } = tested;
    const { workflows } = withWorkflows({ workflows: {} }, beside);
    const skeleton = skeletonOf(program, { now: defaultNow, workflows }, world);
    const comment = ` Scenarios of ${basename(path)}: mainspring test ${basename(path)} runs them.\n The first is what the workflow does as it stands: change it into what it should do.`;
    const shown = shownPath(file, io);
    await writeText(shown, scenarioText(skeleton, comment), io, "wx");
    written.push({ file: shown, workflow: program.workflow });
  }
  out.result({ written }, () => written.map(({ file }) => `${out.paint("green", "✓")} ${printable(file)} written`));
  return exitCodes.ok;
}
