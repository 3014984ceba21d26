import type { Command } from "commander";

/** A command as completion sees it. */
export interface CommandNode {
  /** Empty for the program itself, else such as `runs list`. */
  readonly path: string;
  readonly words: readonly Word[];
  /** It takes files: those are completed too. */
  readonly takesFiles: boolean;
}

export interface Word {
  readonly text: string;
  readonly summary: string;
}

/** The program and every command below it, with the words that may follow each. */
export function commandTree(root: Command): CommandNode[] {
  const visit = (command: Command, path: string): CommandNode[] => {
    const help = command.createHelp();
    const children = help.visibleCommands(command);
    const words = [
      ...children.map((child) => ({ text: child.name(), summary: child.summary() })),
      ...help
        .visibleOptions(command)
        .map((option) => ({ text: option.long ?? option.short ?? "", summary: option.description })),
    ];
    const takesFiles = command.registeredArguments.some((argument) => argument.name() === "file");
    const below = children
      .filter((child) => command.commands.includes(child))
      .flatMap((child) => visit(child, `${path} ${child.name()}`.trim()));
    return [{ path, words: words.filter(({ text }) => text !== ""), takesFiles }, ...below];
  };
  return visit(root, "");
}
