import type { TaskReply } from "@mainspring/api";

/** Whether an answer is still asked for. */
export function isOpenTask(task: Pick<TaskReply, "status">): boolean {
  return task.status === "OPEN" || task.status === "CLAIMED";
}

/** Where in the answer a refusal points: the server may count from the request's body. */
export function pointerInAnswer(pointer: string): string {
  return pointer === "/answer" ? "" : pointer.startsWith("/answer/") ? pointer.slice("/answer".length) : pointer;
}
