import type { Command } from "commander";
import type { Client, Published } from "@mainspring/api";
import { boundsText } from "../../definitions/bounds-text.ts";
import { checkLocally } from "../../definitions/check-locally.ts";
import { readDefinitions, type DefinitionFile } from "../../definitions/read-definition.ts";
import { reportLines } from "../../definitions/report.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { ShownIssue } from "../../output/issues.ts";
import { problemLines, problemOf, type ShownProblem } from "../../output/problem.ts";
import { performs, type Program } from "../../verb.ts";

interface Outcome {
  readonly file: string;
  readonly workflow: string | null;
  readonly published?: Published;
  readonly issues: readonly ShownIssue[];
  readonly problem?: ShownProblem;
}

export function publish(program: Program, parent: Command): void {
  const command = parent
    .command("publish")
    .summary("publish definitions as new versions")
    .description(
      "Save each definition as its workflow's draft and publish it, in the order given. A draft that was edited elsewhere is replaced. Publishing again without a change makes no new version.",
    )
    .argument("<file...>", "definitions in YAML or JSON; - for standard input");
  performs(program, command, async (context, _, ...given) => {
    const { out } = context;
    const files = await readDefinitions(given.flat(), context.io);
    const client = await context.client();
    const outcomes: Outcome[] = [];
    for (const file of files) outcomes.push(await publishFile(client, file));
    const failed = outcomes.filter(({ published }) => published === undefined);
    const results = outcomes.map(({ file, workflow, published, issues, problem }) => ({
      file,
      workflow,
      published,
      issues,
      error: problem?.document,
    }));
    out.result({ published: failed.length === 0, files: results }, () =>
      outcomes.flatMap(({ file, issues, published, problem }) => [
        ...(problem === undefined || issues.length > 0 ? [] : problemLines(problem, out.paint)),
        ...reportLines(
          file,
          issues,
          published === undefined
            ? ""
            : `${published.key} version ${published.version}, ${boundsText(published.bounds)}`,
          out,
        ),
      ]),
    );
    return failed.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

/** @throws whatever is not about this file: nobody answers, the key may not publish */
async function publishFile(client: Client, given: DefinitionFile): Promise<Outcome> {
  const { file, text, workflow } = given;
  if (workflow === undefined) {
    // Without a key there is no draft to save it as. Otherwise the server decides what it can read.
    const [checked] = await checkLocally([given]);
    return { file, workflow: null, issues: checked?.issues ?? [] };
  }
  const params = { key: workflow };
  try {
    const { issues } = await saveDraft(client, workflow, text);
    const published = await client.workflows.publish({ params });
    return { file, workflow, published, issues: issues.filter(({ severity }) => severity === "warning") };
  } catch (error) {
    const problem = problemOf(error);
    if (problem?.issues === undefined || problem.issues.length === 0) throw error;
    return { file, workflow, issues: problem.issues, problem };
  }
}

async function saveDraft(client: Client, key: string, yaml: string) {
  try {
    return await client.workflows.create({ yaml });
  } catch (error) {
    if (problemOf(error)?.code !== "WORKFLOW_EXISTS") throw error;
    return client.workflows.save({ params: { key }, yaml });
  }
}
