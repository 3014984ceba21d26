import type { Command } from "commander";
import type { Context } from "../../context.ts";
import { boundsText } from "../../definitions/bounds-text.ts";
import { checkLocally } from "../../definitions/check-locally.ts";
import { hasErrors, readDefinitions, type DefinitionFile } from "../../definitions/read-definition.ts";
import { reportLines } from "../../definitions/report.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { ShownIssue } from "../../output/issues.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly remote?: true;
}

interface Checked {
  readonly issues: readonly ShownIssue[];
  readonly bounds?: unknown;
}

export function validate(program: Program, parent: Command): void {
  const command = parent
    .command("validate")
    .summary("check definitions as publishing does, without a server")
    .description(
      "Check definitions as publishing does and print every problem with its line. Needs no server. The exit code is 1 when there is an error.",
    )
    .argument("<file...>", "definitions in YAML or JSON; - for standard input")
    .option("--remote", "let the server check, which knows the tenant's workflows and event types");
  performs<Options>(program, command, async (context, { remote }, ...given) => {
    const { out } = context;
    const files = await readDefinitions(given.flat(), context.io);
    const checked = remote === true ? await checkRemotely(context, files) : await checkLocally(files);
    const reports = files.map(({ file, workflow }, index) => {
      const { issues, bounds } = checked[index] as Checked;
      return { file, workflow: workflow ?? null, valid: !hasErrors(issues), issues, bounds };
    });
    const valid = reports.every((report) => report.valid);
    out.result({ valid, files: reports }, () =>
      reports.flatMap((report) =>
        reportLines(report.file, report.issues, `${report.workflow}: ${boundsText(report.bounds)}`, out),
      ),
    );
    return valid ? exitCodes.ok : exitCodes.failed;
  });
}

async function checkRemotely(context: Context, files: readonly DefinitionFile[]): Promise<Checked[]> {
  const client = await context.client();
  const checked: Checked[] = [];
  for (const file of files) {
    // Without a key there is nothing to ask the server about.
    if (file.workflow === undefined) checked.push(...(await checkLocally([file])));
    else checked.push(await client.workflows.validate({ params: { key: file.workflow }, yaml: file.text }));
  }
  return checked;
}
