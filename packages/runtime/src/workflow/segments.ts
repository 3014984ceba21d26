import type { CommandId, CommandOf, Instant, Program, RunEvent } from "@mainspring/core";
import type { SegmentResult, UnwrittenCall } from "../activities/contract.ts";
import { runSegment } from "./activity-calls.ts";
import type { Intake } from "./intake.ts";
import type { ShellPort } from "./port.ts";

type Call = CommandOf<"callAction">;

/** Local calls, which one local activity performs together while nothing else is open in the run. */
export class Segments {
  readonly #shell: ShellPort;
  readonly #intake: Intake;
  /** Local calls whose segments died: they go as ordinary activities. */
  readonly #ordinary = new Set<CommandId>();

  constructor(shell: ShellPort, intake: Intake) {
    this.#shell = shell;
    this.#intake = intake;
  }

  /** Whether the call is one that a segment may perform, and nothing but such calls is open. */
  takes(command: Call): boolean {
    return (
      this.#isLocal(command) &&
      this.#shell.state().open.every(({ command: open }) => open.kind === "callAction" && this.#isLocal(open))
    );
  }

  /** @returns what came back; undefined: it died, and its calls go as ordinary activities */
  async run(
    calls: readonly Call[],
    at: { readonly now: Instant; readonly turn: number; readonly fuel: number; readonly program: Program },
  ): Promise<Extract<SegmentResult, { readonly ran: true }> | undefined> {
    const shell = this.#shell;
    const owner = shell.newOwner("segment");
    const entries = shell.journal.take(owner);
    const state = shell.state();
    const args = shell.inline({
      ...shell.writer(),
      fuel: at.fuel,
      nextSeq: state.nextSeq,
      entries,
      programHash: at.program.programHash,
      state,
      now: at.now,
      turn: at.turn,
    });
    let result: SegmentResult | undefined;
    const died = { $at: at.now, value: { ran: false } } as const;
    this.#intake.locally(
      () => runSegment(args),
      () => Promise.resolve(died),
      (came) => (result = came),
    );
    await this.#intake.takingOver(() => result !== undefined);
    if (result?.ran !== true) {
      shell.journal.release(owner);
      for (const call of calls) this.#ordinary.add(call.id);
      return undefined;
    }
    if (result.head.written) shell.journal.acknowledge(owner);
    else shell.journal.release(owner);
    return result;
  }

  #isLocal(command: Call): boolean {
    return command.facts.execution === "local" && command.handedBack !== true && !this.#ordinary.has(command.id);
  }
}

/** Calls whose rows are still to be written, with what they brought. */
export function withOutputs(calls: readonly UnwrittenCall[], events: readonly RunEvent[]): readonly UnwrittenCall[] {
  const outputs = new Map(
    events.flatMap((event) => (event.kind === "actionSucceeded" ? [[event.id, event.output]] : [])),
  );
  return calls.map((call) => {
    const output = outputs.get(call.commandId);
    return output === undefined ? call : { ...call, output };
  });
}
