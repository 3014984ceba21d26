import type { CommandOf } from "@mainspring/core";
import { durably, openWaits } from "./activity-calls.ts";
import type { ShellPort } from "./port.ts";

/** Opens all waits that one transition opens, in one local activity, which writes the journal too and then looks in the inbox. */
export function openEventWaits(shell: ShellPort, commands: readonly CommandOf<"openWait">[]): void {
  const owner = shell.newOwner("flush");
  const entries = shell.journal.take(owner);
  const args = {
    ...shell.writer(),
    nextSeq: shell.state().nextSeq,
    entries,
    waits: commands.map(({ id, event, key, filters, lookbackMs }) => ({
      id,
      event,
      key,
      filters,
      ...(lookbackMs === undefined ? {} : { lookbackMs }),
    })),
  };
  shell.locally(
    () => openWaits(shell.inline(args)),
    () => durably.openWaits(shell.crossing(args)),
    (opened) => {
      shell.journal.acknowledge(owner);
      for (const { id, candidates, references } of opened) {
        shell.push({ kind: "waitOpened", id, candidates, ...(references === undefined ? {} : { references }) });
      }
    },
  );
}
