import { checkInput, duplicateMember, explainCode, MainspringError } from "@mainspring/core";
import type { InputProblem, Json } from "@mainspring/core";
import { issueOf } from "@mainspring/api";
import type { ProblemIssue } from "@mainspring/api";

export const bodyMaxBytes = 4 * 1024 * 1024;

/** A definition that was sent as YAML: its text, read where definitions are read. */
export class YamlText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A body that cannot be taken. Whoever asks for it throws the error: so a caller who may not call a route is told that first, and the
 * connection, from which all of the body was read, stays open.
 */
export class RefusedBody {
  readonly error: Error;
  constructor(error: Error) {
    this.error = error;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The value of a JSON body; undefined for an empty one.
 * @throws MainspringError BODY_NOT_JSON, KEY_DUPLICATE, or the code of what `checkInput` refuses, with pointers
 */
export function readJsonBody(bytes: Uint8Array): Json | undefined {
  const text = readText(bytes);
  if (text.trim() === "") return undefined;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new MainspringError("BODY_NOT_JSON", {}, error instanceof Error ? error.message.slice(0, 300) : undefined);
  }
  refuseUnacceptable(checkInput(value));
  const twice = duplicateMember(text);
  if (twice !== undefined) {
    throw new MainspringError(
      "REQUEST_INVALID",
      { issues: [issueOf("KEY_DUPLICATE", twice, "this member is given twice")] },
      `${twice} is given twice`,
    );
  }
  return value;
}

/** @throws MainspringError BODY_NOT_JSON when the bytes are not UTF-8 */
export function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MainspringError("BODY_NOT_JSON", {}, "the body is not UTF-8");
  }
}

/** @throws MainspringError with the code of the first problem and the pointers of all */
export function refuseUnacceptable(problems: readonly InputProblem[], place?: ProblemIssue["in"]): void {
  const [first] = problems;
  if (first === undefined) return;
  const issues = problems.map((one) => issueOf(one.code, one.pointer, explainCode(one.code)?.title ?? one.code, place));
  throw new MainspringError(
    first.code,
    { issues },
    `${place ?? "body"}${first.pointer}: ${issues[0]?.message ?? first.code}`,
  );
}
