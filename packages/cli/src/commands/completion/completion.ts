import { Argument, type Command } from "commander";
import { completionScript, shells, type Shell } from "../../completion/completion-script.ts";
import { commandTree } from "../../completion/command-tree.ts";
import { performs, type Program } from "../../verb.ts";

export function completion(program: Program, parent: Command): void {
  const command = parent
    .command("completion")
    .summary("print the completion script of a shell")
    .description(
      "Print a script that completes commands and options. For bash: source <(mainspring completion bash); for zsh the same; for fish: mainspring completion fish | source.",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(shells));
  performs(program, command, async ({ io, out }, _, shell) => {
    const script = completionScript(shell as Shell, commandTree(parent));
    out.result({ shell, script }, () => []);
    if (!out.isJson) io.stdout.write(script);
  });
}
