import type { InboxEvent } from "@mainspring/api";

/** To whom an event came, in a few words; nothing while that is not known. */
export function becameText({
  status,
  runsTaken,
  runsStarted,
}: Pick<InboxEvent, "status" | "runsTaken" | "runsStarted">): string {
  const parts = [
    ...(runsTaken > 0 ? [`taken by ${runsText(runsTaken)}`] : []),
    ...(runsStarted > 0 ? [`started ${runsText(runsStarted)}`] : []),
  ];
  if (parts.length > 0) return parts.join(", ");
  return status === "completed" ? "unmatched" : "";
}

function runsText(count: number): string {
  return count === 1 ? "1 run" : `${count} runs`;
}
