import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { performs, type Program } from "../../verb.ts";

export function explain(program: Program, parent: Command): void {
  const command = parent
    .command("explain")
    .summary("say what an error code means and what to do")
    .description("Say what an error code means, when one meets it, and what to do. Needs no server.")
    .argument("<code>", "such as PAYLOAD_INVALID or HTTP_503");
  performs(program, command, async ({ out }, _, given = "") => {
    const { errors, explainCode } = await import("@mainspring/core");
    const code = given.toUpperCase();
    const entry = explainCode(code);
    if (entry === undefined) throw unknownCode(given, Object.keys(errors));
    out.result(entry, () => [
      `${out.paint("bold", entry.code)}  ${entry.title}`,
      "",
      entry.explanation,
      "",
      entry.remedy,
      ...(entry.status === undefined ? [] : ["", out.paint("dim", `HTTP status ${entry.status}`)]),
    ]);
  });
}

function unknownCode(given: string, codes: readonly string[]): CliError {
  const words = given
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length > 2);
  const near = codes.filter((code) => words.some((word) => code.includes(word))).slice(0, 8);
  const advice =
    near.length === 0
      ? "Authors and actions can raise codes of their own: look into the definition."
      : `Is it one of these: ${near.join(", ")}?`;
  return new CliError("CODE_UNKNOWN", `${given} is none of the product's codes.`, advice);
}
