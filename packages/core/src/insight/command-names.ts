import type { Command, CommandId, Transition } from "../interpreter/transition.ts";

/** Names commands by what they are for, so that those of two programs can be matched. */
export class CommandNames {
  readonly #nth = new Map<number, string>();
  readonly #executions = new Map<string, number>();
  readonly #commands = new Map<string, number>();
  readonly byId = new Map<CommandId, string>();
  readonly byName = new Map<string, Command>();

  note({ journal, commands }: Pick<Transition, "journal" | "commands">): void {
    for (const entry of journal) {
      if (entry.kind !== "step" || this.#nth.has(entry.execution)) continue;
      const step = `${entry.stepId} ${entry.iteration.join(",")}`;
      const nth = (this.#executions.get(step) ?? 0) + 1;
      this.#executions.set(step, nth);
      this.#nth.set(entry.execution, `${step} ${nth}`);
    }
    for (const command of commands) {
      // Issued again, as after a pause: it is the same one.
      if (!("place" in command) || this.byId.has(command.id)) continue;
      const kind = `${command.kind} ${this.#nth.get(command.place.execution) ?? command.place.stepId}`;
      const nth = (this.#commands.get(kind) ?? 0) + 1;
      this.#commands.set(kind, nth);
      this.byId.set(command.id, `${kind} ${nth}`);
      this.byName.set(`${kind} ${nth}`, command);
    }
  }
}

/** The command of that name. */
export function counterpartOf(names: CommandNames, name: string | undefined): Command | undefined {
  return name === undefined ? undefined : names.byName.get(name);
}
