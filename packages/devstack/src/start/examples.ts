// The workflows of `examples/`: found, published, and what is needed to run one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Api, describeProblem, expectStatus } from "./api.ts";

export type Example = {
  name: string;
  /** The definition, YAML. */
  source: string;
  /** From `start.json`; undefined when the example is not meant to be run by itself. */
  start: ExampleStart | undefined;
};

export type ExampleStart = {
  payload: unknown;
  /** Sent one after the other, each when the run waits for an event of that name. */
  events: ExampleEvent[];
};

export type ExampleEvent = { name: string; payload?: unknown; correlationKey?: string | number };

const definitionEnding = ".flow.yaml";

/**
 * Every `examples/<name>/*.flow.yaml`, in the order of the names; in a folder the workflows that the example calls come
 * first, `<name>.flow.yaml` last. In `start.json`, `{{url}}` stands for the stack's address.
 */
export function readExamples(folder: string, url: string): Example[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  return names.flatMap((name) => {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith(definitionEnding));
    const main = name + definitionEnding;
    const called = files.filter((file) => file !== main).sort();
    return [...called, ...files.filter((file) => file === main)].map((file) => ({
      name: file.slice(0, -definitionEnding.length),
      source: readFileSync(join(folder, name, file), "utf8"),
      start: file === main ? readStart(join(folder, name), url) : undefined,
    }));
  });
}

function readStart(folder: string, url: string): ExampleStart | undefined {
  const file = join(folder, "start.json");
  if (!existsSync(file)) return undefined;
  const parsed = JSON.parse(readFileSync(file, "utf8").replaceAll("{{url}}", url)) as Partial<ExampleStart>;
  return { payload: parsed.payload ?? {}, events: parsed.events ?? [] };
}

export type Published = { example: Example; key: string; version: number };
export type Refused = { example: Example; reason: string };

/** Publishes one example; a later start saves what changed as a new version. */
export async function publishExample(api: Api, example: Example): Promise<Published | Refused> {
  const created = await api.request("POST", "/workflows", example.source);
  let key: string;
  if (created.status === 409) {
    key = workflowKey(example);
    const saved = await api.request("PUT", `/workflows/${key}`, example.source);
    if (saved.status !== 200) return { example, reason: describeProblem(saved.body) };
  } else if (created.status === 201) {
    key = String(created.body["key"]);
  } else {
    return { example, reason: describeProblem(created.body) };
  }
  const published = await api.request("POST", `/workflows/${key}/publish`, {});
  if (published.status === 422) return { example, reason: describeProblem(published.body) };
  return { example, key, version: Number(expectStatus(published, 200, 201)["version"]) };
}

/** The server has read the definition and knows the key, but does not repeat it when the workflow exists. */
function workflowKey({ name, source }: Example): string {
  return /^["']?workflow["']?\s*:\s*["']?([a-z][a-z0-9-]*)/m.exec(source)?.[1] ?? name;
}
