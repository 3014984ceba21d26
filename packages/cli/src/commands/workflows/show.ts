import type { Command } from "commander";
import type { VersionReply, VersionSummary, WorkflowReply } from "@mainspring/api";
import { allItems } from "../../input/all-items.ts";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable, printableLines } from "../../output/printable.ts";
import { fields, table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { boundsText } from "../../definitions/bounds-text.ts";
import { jsonLines } from "../../run/run-text.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly version?: number;
  readonly definition?: true;
}

export function workflowsShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a workflow, its draft and its versions")
    .description("Show a workflow and its versions, or one of them.")
    .argument("<key>", "the workflow's key")
    .option("--version <n>", "this published version", wholeNumber(1, 2_147_483_647))
    .option("--definition", "print the definition alone: of the version, or the draft's");
  performs<Options>(program, command, async (context, options, key = "") => {
    const { out } = context;
    const client = await context.client();
    if (options.version !== undefined) {
      const version = await client.workflows.getVersion({ params: { key, version: options.version } });
      out.result(version, () => (options.definition === true ? definitionLines(version) : versionFields(version, out)));
      return;
    }
    const workflow = await client.workflows.get({ params: { key } });
    if (options.definition === true) {
      out.result(workflow, () => definitionLines(workflow));
      return;
    }
    const versions = await allItems((cursor) =>
      client.workflows.versions({ params: { key }, query: { limit: 200, cursor } }),
    );
    out.result({ workflow, versions }, () => [...workflowFields(workflow, out), ...versionTable(versions, out)]);
  });
}

function workflowFields(workflow: WorkflowReply, out: Output): string[] {
  const { key, name, revision, publishedVersion, paused, concurrencyLimit, createdAt, updatedAt } = workflow;
  return fields(
    [
      ["workflow", printable(key)],
      ["name", printable(name)],
      ["published", publishedVersion === null ? "draft only" : `version ${publishedVersion}`],
      ...(paused === null ? [] : [["paused", pauseText(paused)] as const]),
      ...(concurrencyLimit === null ? [] : [["limit", `${concurrencyLimit} runs at once`] as const]),
      ["draft", `revision ${revision}, changed ${instantText(updatedAt)}`],
      ["created", instantText(createdAt)],
    ],
    out.paint,
  );
}

function pauseText({ at, by, note }: NonNullable<WorkflowReply["paused"]>): string {
  return `since ${instantText(at)}${by === null ? "" : ` by ${printable(by)}`}${note === null ? "" : `: ${printable(note)}`}`;
}

function versionFields(version: VersionReply, out: Output): string[] {
  return fields(
    [
      ["workflow", printable(version.key)],
      ["version", String(version.version)],
      ["published", instantText(version.publishedAt)],
      ["by", printable(version.publishedBy ?? "")],
      ["semantics", String(version.semantics)],
      ["definition", version.definitionHash],
      ["program", version.programHash],
      ["bounds", boundsText(version.bounds)],
    ],
    out.paint,
  );
}

function versionTable(versions: readonly VersionSummary[], out: Output): string[] {
  if (versions.length === 0) return [];
  const lines = table(
    versions,
    [
      { title: "VERSION", of: ({ version }) => String(version), align: "right" },
      { title: "PUBLISHED", of: ({ publishedAt }) => instantText(publishedAt) },
      { title: "BY", of: ({ publishedBy }) => printable(publishedBy ?? "") },
      { title: "DEFINITION", of: ({ definitionHash }) => definitionHash.slice(0, 16) },
    ],
    out.tableOptions,
  );
  return ["", ...lines];
}

/** As it was written, where it was sent as text. */
function definitionLines({
  source,
  definition,
}: {
  readonly source: string | null;
  readonly definition: unknown;
}): string[] {
  return source === null ? jsonLines(definition) : printableLines(source.trimEnd()).split("\n");
}
