import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { readText } from "../../input/read-text.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly valueFromStdin?: boolean;
}

export function secretsSet(program: Program, parent: Command): void {
  const command = parent
    .command("set")
    .summary("set a secret")
    .description(
      "Set a secret, whose value comes from a file or from standard input: what stands on a command line is seen by others. One line break at its end is taken off.",
    )
    .argument("<name>", "as steps name it: { $secret: <name> }")
    .argument("[value]", "@file, or @- for standard input")
    .option("--value-from-stdin", "read the value from standard input, as without any value");
  performs<Options>(program, command, async (context, { valueFromStdin }, name = "", given) => {
    const { io, out } = context;
    if (given !== undefined && valueFromStdin === true)
      throw usageError("The value is given twice.", "Give @file, or --value-from-stdin.");
    if (given !== undefined && !given.startsWith("@"))
      throw usageError(
        "The value would stand on the command line, which others of this machine can read.",
        "Give it as @file, or on standard input.",
      );
    const value = (await readText(given === undefined ? "-" : given.slice(1), io)).replace(/\r?\n$/, "");
    const client = await context.client();
    const secret = await client.secrets.set({ params: { name }, body: { value } });
    out.result(secret, () => [
      `${out.paint("green", "✓")} secret ${printable(secret.name)} is set, version ${secret.version}`,
    ]);
  });
}
