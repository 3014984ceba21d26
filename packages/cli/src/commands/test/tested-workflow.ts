import type { CalledWorkflow, Program, Scenario, ScenarioWorld } from "@mainspring/core";
import type { CheckedDefinition, CompileCatalogue, ScenarioFile, WorkflowEntry } from "@mainspring/core/compile";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { utf8Text } from "../../input/utf8-text.ts";
import type { ShownIssue } from "../../output/issues.ts";
import { flowBeside, flowsIn } from "./find-tests.ts";

/** What a scenario file is about: its workflow, and those that this one may call. */
export interface TestedWorkflow {
  readonly program: Program;
  /** Programs of workflows beside it, by key. */
  readonly beside: { readonly [key: string]: Program };
  /** What the file and the product declare. */
  readonly world: ScenarioWorld;
  /** What the program was compiled of. */
  readonly source: { readonly text: string; readonly catalogue: CompileCatalogue };
}

/** Why a scenario file cannot be run: problems of the file named. */
export interface Unreadable {
  readonly file: string;
  readonly issues: readonly ShownIssue[];
}

/** Compiles the workflow of a scenario file, and the workflows beside it. */
export async function testedWorkflow(testFile: string, file: ScenarioFile): Promise<TestedWorkflow | Unreadable> {
  const [{ builtInCatalogue }, { checkDefinition }, { zoneOffset }] = await Promise.all([
    import("@mainspring/actions/catalogue"),
    import("@mainspring/core/compile"),
    import("@mainspring/core/host"),
  ]);
  const actions = [...builtInCatalogue(), ...file.actions];
  const own = await flowBeside(testFile);
  const paths = new Set([...(own === undefined ? [] : [own]), ...(await flowsIn(dirname(testFile)))]);
  // Of those beside, one that cannot be read is passed over: no scenario need be about it, and a call of it is a WORKFLOW_UNKNOWN.
  const read = await Promise.all(
    [...paths].map((path) =>
      textOf(path).catch((error: unknown) => (path === own ? Promise.reject(error) : undefined)),
    ),
  );
  const documents = read
    .filter((one) => one !== undefined)
    .map(({ path, text }) => ({ path, text, checked: checkDefinition(text, { actions }) }));
  const isOwn = ({ path, checked }: { path: string; checked: CheckedDefinition }): boolean =>
    file.workflow === undefined ? path === own : keyOf(checked) === file.workflow;
  const under = documents.find(isOwn);
  if (under === undefined) return { file: testFile, issues: [noDefinition(file.workflow)] };

  const catalogue: CompileCatalogue = {
    actions,
    // A tenant has forms and calendars that nobody here knows; what a file declares is all that its scenarios know.
    ...(file.forms.length === 0 ? {} : { forms: file.forms.map((name) => ({ name })) }),
    ...(file.calendars.length === 0 ? {} : { calendars: file.calendars }),
    workflows: entries(
      documents.map(({ checked }) => checked),
      file.scenarios,
    ),
  };
  const beside: { [key: string]: Program } = {};
  for (const { path, text, checked } of documents) {
    const key = keyOf(checked);
    if (path === under.path || key === undefined) continue;
    const { program } = checkDefinition(text, catalogue);
    if (program !== undefined) beside[key] = program;
  }
  const { program, issues } = checkDefinition(under.text, catalogue);
  if (program === undefined) return { file: under.path, issues: issues.map(hinted) };
  return { program, beside, world: { actions, zoneOffset }, source: { text: under.text, catalogue } };
}

async function textOf(path: string): Promise<{ readonly path: string; readonly text: string }> {
  return { path, text: utf8Text(await readFile(path), path) };
}

/** A scenario with the programs of the workflows beside; what it says that one of them gives still holds. */
export function withWorkflows<Of extends Pick<Scenario, "workflows">>(
  scenario: Of,
  beside: TestedWorkflow["beside"],
): Of {
  const workflows: { [key: string]: CalledWorkflow } = { ...scenario.workflows };
  for (const [key, program] of Object.entries(beside)) {
    const given = Object.hasOwn(workflows, key) ? workflows[key] : undefined;
    workflows[key] = { ...given, program };
  }
  return { ...scenario, workflows };
}

function entries(documents: readonly CheckedDefinition[], scenarios: readonly Scenario[]): WorkflowEntry[] {
  const known = documents.flatMap((checked): WorkflowEntry[] => {
    const key = keyOf(checked);
    if (key === undefined) return [];
    const payload = checked.definition?.payload;
    return [{ key, version: 1, ...(payload === undefined ? {} : { payloadSchema: payload }) }];
  });
  const keys = new Set(known.map(({ key }) => key));
  const mocked = new Set(scenarios.flatMap(({ workflows }) => Object.keys(workflows)));
  return [...known, ...[...mocked].filter((key) => !keys.has(key)).map((key) => ({ key, version: 1 }))];
}

function keyOf({ document }: CheckedDefinition): string | undefined {
  const key = (document as { readonly workflow?: unknown } | null | undefined)?.workflow;
  return typeof key === "string" ? key : undefined;
}

function noDefinition(workflow: string | undefined): ShownIssue {
  return {
    code: "DEFINITION_UNREADABLE",
    severity: "error",
    pointer: workflow === undefined ? "" : "/workflow",
    message:
      workflow === undefined
        ? "There is no definition with the same name beside this file."
        : `No definition in this folder has the key ${workflow}.`,
    remedy: "Put the scenarios beside their definition: order.test.yaml beside order.flow.yaml.",
  };
}

function hinted(issue: ShownIssue): ShownIssue {
  switch (issue.code) {
    case "WORKFLOW_UNKNOWN":
      return {
        ...issue,
        remedy: "Put its definition beside this one, or say under workflows of the scenario what it gives.",
      };
    case "ACTION_UNKNOWN":
      return {
        ...issue,
        remedy: `${issue.remedy} The action of a pack is declared under actions of the scenario file.`,
      };
    default:
      return issue;
  }
}
