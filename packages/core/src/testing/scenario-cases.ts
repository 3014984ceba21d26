import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CompileCatalogue } from "../compile/catalogue.ts";
import { compileDefinition } from "../compile/compile-definition.ts";
import { parseDefinition } from "../compile/parse-definition.ts";
import { parseScenarios } from "../compile/scenario/parse-scenarios.ts";
import type { ScenarioFile } from "../compile/scenario/parse-scenarios.ts";
import type { Program } from "../program/program.ts";
import type { ActionContract } from "../scenario/scenario.ts";
import { action } from "./catalogue.ts";

/** A definition with its scenarios. */
export interface ScenarioCase {
  /** `CASE-1` of the worked cases, or the requirement that it shows. */
  readonly id: string;
  /** The name of its files. */
  readonly file: string;
  readonly program: Program;
  readonly scenarios: ScenarioFile["scenarios"];
  readonly actions: readonly ActionContract[];
}

const builtIn = [
  action("http.request@1"),
  action("log.write@1", { effect: "none", execution: "local" }),
  action("time.now@1", { effect: "none", execution: "local" }),
];

/** The worked cases that are scenario files, or what shows parts of the language together; the first line of each says which. */
export function scenarioCases(name: "cases" | "together" = "cases"): ScenarioCase[] {
  const folder = join(import.meta.dirname, "..", "scenario", name);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.yaml"))
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const file = name.slice(0, -".test.yaml".length);
      const id = /^# ([A-Z]{3,4}-\d+)\b/.exec(text)?.[1];
      if (id === undefined) throw new Error(`${name} does not say which case it is`);
      const read = parseScenarios(text);
      if ("issues" in read) throw new Error(`${name}: ${JSON.stringify(read.issues)}`);
      const actions = [...builtIn, ...read.actions];
      const program = programOf(readFileSync(join(folder, `${file}.flow.yaml`), "utf8"), actions);
      return { id, file, program, scenarios: read.scenarios, actions };
    });
}

/** A program of a definition that is in order. */
export function programOf(text: string, actions: CompileCatalogue["actions"]): Program {
  const parsed = parseDefinition(text);
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { program, issues } = compileDefinition(parsed.definition, { actions });
  if (program === undefined) throw new Error(JSON.stringify(issues));
  return program;
}
