import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { subsetSchema } from "../json-schema.ts";
import { createRegistry } from "../registry.ts";
import { schemaIssues } from "../testing/schema-issues.ts";
import { builtInActions } from "./built-in-actions.ts";

const folder = new URL("../../../../docs/actions/", import.meta.url);
const registry = createRegistry(builtInActions);

interface ExampleStep {
  readonly id: string;
  readonly type: string;
  readonly action: string;
  readonly input: unknown;
}

async function examplesOf(page: string): Promise<ExampleStep[]> {
  const text = await readFile(new URL(page, folder), "utf8");
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((block) => parse(block[1] ?? "") as ExampleStep[]);
  return blocks.flat().filter((step) => step.type === "action.call");
}

test("every built-in action has a page, and every page an action", async () => {
  const pages = (await readdir(folder)).toSorted();
  expect(pages).toEqual(builtInActions.map((action) => `${action.id.replace(/@\d+$/, "")}.md`).toSorted());
});

test.each(builtInActions.map((action) => action.id))("the examples on the page of %s fit its input", async (id) => {
  const examples = await examplesOf(`${id.replace(/@\d+$/, "")}.md`);
  expect(examples.map((step) => step.action)).toContain(id);
  for (const step of examples) {
    const action = registry.get(step.action);
    if (action === undefined) throw new Error(`${step.id} calls ${step.action}, which does not exist`);
    expect(schemaIssues(subsetSchema(action.input, "input"), step.input), step.id).toEqual([]);
    expect(action.input.safeParse(step.input).error, step.id).toBeUndefined();
  }
});

test.each(builtInActions.map((action) => [action.id, action] as const))(
  "the page of %s states its effect and execution",
  async (id, action) => {
    const text = await readFile(new URL(`${id.replace(/@\d+$/, "")}.md`, folder), "utf8");
    expect(text.startsWith(`# ${id}\n`)).toBe(true);
    expect(text).toContain(`| effect | \`${action.effect}\``);
    expect(text).toContain(`| execution | \`${action.execution}\` |`);
    expect(text).toContain(`| time | ${action.timeoutMs / 1_000} s`);
  },
);
