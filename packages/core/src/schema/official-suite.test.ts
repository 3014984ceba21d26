import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { checkSchema } from "./check-schema.ts";
import { formats } from "./formats.ts";
import { validate } from "./validate.ts";
import type { Json } from "../values/json.ts";

/*
 * The official suite has no package of its own that can be installed without git; the source distribution of the
 * Python package jsonschema carries it, so pip fetches that once into the cache.
 */
const source = {
  requirement: "jsonschema==4.23.0",
  file: "jsonschema-4.23.0.tar.gz",
  sha256: "d71497fef26351a33265337fa77ffeb82423f3ea21283cd9467bb03999266bc4",
};
// Beside the other things that a machine needs once, not in a clone that may be new each time.
const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mainspring", "json-schema-suite");
const suite = join(cache, "jsonschema-4.23.0/json/tests/draft2020-12");
const run = promisify(execFile);

interface Group {
  readonly description: string;
  readonly schema: Json;
  readonly tests: readonly { readonly description: string; readonly data: Json; readonly valid: boolean }[];
}

test("the supported part of the official JSON Schema suite (2020-12) passes", { timeout: 180_000 }, async (context) => {
  const missing = await fetchSuite();
  if (missing !== undefined) {
    if (process.env["CI"]) throw new Error(missing);
    context.skip(`the official suite cannot be fetched: ${missing}`);
  }
  const report = { groups: 0, cases: 0, leftOut: new Map<string, number>(), failures: [] as string[] };
  for (const file of await readdir(suite)) {
    if (file === "format.json") {
      // There `format` only annotates; here it is checked, as optional/format has it.
      const groups = await groupsOf(file);
      report.leftOut.set("format as an annotation", groups.length);
    } else if (file.endsWith(".json")) {
      for (const group of await groupsOf(file)) runGroup(file, group, report);
    }
  }
  for (const format of formats) {
    const file = `optional/format/${format}.json`;
    for (const group of await groupsOf(file)) runGroup(file, group, report);
  }
  const leftOut = [...report.leftOut].map(([keyword, count]) => `${keyword} ${count}`).join(", ");
  process.stdout.write(
    `official JSON Schema suite: ${report.groups} groups with ${report.cases} cases ran; left out by keyword: ${leftOut}` +
      "\n",
  );
  expect(report.failures).toEqual([]);
  expect(report.groups).toBeGreaterThan(150);
});

function runGroup(
  file: string,
  group: Group,
  report: { groups: number; cases: number; leftOut: Map<string, number>; failures: string[] },
): void {
  const schema = withoutDialect(group.schema);
  const [problem] = checkSchema(schema);
  if (problem !== undefined) {
    const keyword =
      problem.code === "SCHEMA_KEYWORD_UNSUPPORTED" ? (problem.pointer.split("/").at(-1) ?? "") : problem.code;
    // What is refused for another reason than a keyword would be a hole in the supported part.
    if (problem.code !== "SCHEMA_KEYWORD_UNSUPPORTED" && !isForeignRef(problem.message))
      report.failures.push(`${file}: ${group.description}: ${problem.message}`);
    report.leftOut.set(keyword, (report.leftOut.get(keyword) ?? 0) + 1);
    return;
  }
  report.groups += 1;
  for (const { description, data, valid } of group.tests) {
    report.cases += 1;
    if ((validate(schema, data).length === 0) !== valid)
      report.failures.push(`${file}: ${group.description}: ${description}`);
  }
}

/** A reference to another document, which the subset does not have. */
function isForeignRef(message: string): boolean {
  return message.includes("there is no schema at ") && !message.includes("there is no schema at #/");
}

/** The schema without `$schema`, which every group has and the subset does not. */
function withoutDialect(schema: Json): Json {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const { $schema: _, ...rest } = schema;
  return rest;
}

async function groupsOf(file: string): Promise<Group[]> {
  return JSON.parse(await readFile(join(suite, file), "utf8")) as Group[];
}

/** Puts the suite into the cache; the reason when it cannot. */
async function fetchSuite(): Promise<string | undefined> {
  if (existsSync(suite)) return undefined;
  const partial = `${cache}.${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    await run("python3", [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--no-deps",
      "--no-binary",
      "jsonschema",
      "--dest",
      partial,
      source.requirement,
    ]);
    const archive = join(partial, source.file);
    const sha256 = createHash("sha256")
      .update(await readFile(archive))
      .digest("hex");
    if (sha256 !== source.sha256) return `${basename(archive)} is not the expected file`;
    await run("tar", ["-xzf", archive, "-C", partial]);
    await rm(cache, { recursive: true, force: true });
    await rename(partial, cache);
    return undefined;
  } catch (error) {
    return String((error as Error).message).split("\n")[0];
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
