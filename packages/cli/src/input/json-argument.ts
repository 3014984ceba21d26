import type { Json } from "@mainspring/core";
import { CliError, usageError } from "../cli-error.ts";
import type { Io } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { readText } from "./read-text.ts";

/**
 * The JSON that an option stands for: the text itself, `@file`, or `@-` for standard input.
 * @throws CliError USAGE when it cannot be read, is no JSON, or could not be sent unchanged
 */
export async function jsonArgument(option: string, value: string, io: Io): Promise<Json> {
  const fromFile = value.startsWith("@") ? value.slice(1) : undefined;
  const source = fromFile === undefined ? option : `${option} ${value}`;
  const text = fromFile === undefined ? value : await readText(fromFile, io);
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch (error) {
    throw usageError(
      `${source} is not JSON: ${(error as Error).message}.`,
      fromFile === undefined
        ? `Quote it for the shell, as in ${option} '{"orderId":"A-1"}', or give a file as ${option} @file.json.`
        : "Correct the file.",
    );
  }
  const { checkInput, errors } = await import("@mainspring/core");
  const [problem] = checkInput(parsed);
  if (problem === undefined) return parsed;
  // JavaScript cannot keep such a number, and would send another one.
  const { title, remedy } = errors[problem.code];
  const place = problem.pointer === "" ? "its top" : problem.pointer;
  throw new CliError(problem.code, `${source} at ${place}: ${title}.`, remedy, exitCodes.usage);
}
