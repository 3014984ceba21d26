import { jsonTextBytes, runWorkflowType, workflowIdOf } from "@mainspring/core";
import type { ChildError, ChildResult, CommandId, CommandOf } from "@mainspring/core";
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  ParentClosePolicy,
  proxyActivities,
  proxyLocalActivities,
  startChild,
  TerminatedFailure,
  TimeoutFailure,
  workflowInfo,
  WorkflowIdReusePolicy,
} from "@temporalio/workflow";
import type {
  ChildReturn,
  KeepResultArgs,
  KeptResult,
  OpenChildrenArgs,
  OpenChildrenResult,
  VoidChildrenArgs,
} from "../activities/child-contract.ts";
import type { StartInput } from "../activities/contract.ts";
import type { Crossing } from "../wire/crossing.ts";
import { durableFlushTimeoutMs, flushTimeoutMs, flushTries } from "./bounds.ts";
import type { Incoming, ShellPort } from "./port.ts";
import { childSearchAttributes } from "./search-attributes.ts";

interface Calls {
  openChildren(args: Crossing): Promise<OpenChildrenResult>;
  voidChildren(args: Crossing): Promise<void>;
  keepResult(args: Crossing): Promise<KeptResult>;
}

const local = proxyLocalActivities<Calls>({
  startToCloseTimeout: flushTimeoutMs,
  retry: { initialInterval: 100, maximumInterval: "2 seconds", maximumAttempts: flushTries },
});
// Unlimited tries: for when the local ones have used up theirs.
const durably = proxyActivities<Calls>({
  startToCloseTimeout: durableFlushTimeoutMs,
  retry: { initialInterval: "1 second", maximumInterval: "30 seconds" },
});

/** The journal holds results up to this size itself. */
const inlineResultMaxBytes = 1024;

interface Child {
  /** Until Temporal has started it, a cancel would be lost with the start. */
  phase: "opening" | "starting" | "running";
  withdrawn: boolean;
  readonly scope: CancellationScope;
}

/**
 * Child runs: each is made with its row and lineage first, then started as a Temporal child of the same type on the same queue. While one is
 * there the run does not continue as new, since the server would cancel the child or lose its result.
 */
export class Children {
  readonly #shell: ShellPort;
  readonly #open = new Map<CommandId, Child>();
  #unsettled = 0;

  constructor(shell: ShellPort) {
    this.#shell = shell;
  }

  /** No child is about to be started: a run that ends before would leave it QUEUED. */
  get settled(): boolean {
    return this.#unsettled === 0;
  }

  /** Opens the children of all calls that one transition issues, in one local activity, which writes the journal too. */
  start(calls: readonly CommandOf<"startChild">[]): void {
    const shell = this.#shell;
    const owner = shell.newOwner("flush");
    const entries = shell.journal.take(owner);
    for (const { id } of calls) {
      const scope = new CancellationScope({ cancellable: true });
      this.#open.set(id, { phase: "opening", withdrawn: false, scope });
      this.#unsettled++;
      shell.begin();
    }
    const args: OpenChildrenArgs = { ...shell.writer(), nextSeq: shell.state().nextSeq, entries, calls };
    shell.locally(
      () => local.openChildren(shell.inline(args)),
      () => durably.openChildren(shell.crossing(args)),
      (opened) => {
        shell.journal.acknowledge(owner);
        const neverStarted: string[] = [];
        for (const [index, one] of opened.entries()) {
          const withdrawn = this.#open.get(one.id)?.withdrawn === true;
          if ("error" in one) {
            this.#settle();
            this.#done(one.id, withdrawn ? undefined : { kind: "childFailed", id: one.id, error: one.error });
          } else if (withdrawn) neverStarted.push(one.start.runId);
          else this.#launch(one.id, calls[index]?.workflow ?? "", one.start);
        }
        if (neverStarted.length > 0) this.#void(neverStarted, opened);
      },
    );
  }

  /** The interpreter does not wait for it: the child undoes what it must, and ends CANCELED. */
  cancel(id: CommandId): void {
    const child = this.#open.get(id);
    if (child === undefined) return;
    child.withdrawn = true;
    if (child.phase === "running") child.scope.cancel();
  }

  #launch(id: CommandId, workflow: string, start: StartInput): void {
    const shell = this.#shell;
    const child = this.#open.get(id);
    if (child === undefined) return;
    child.phase = "starting";
    const { runId } = start;
    shell.push({ kind: "childStarted", id, runId });
    const failed = (failure: unknown): void => {
      if (child.phase === "starting") this.#settle();
      const event: Incoming = { kind: "childFailed", id, error: childError(failure) };
      this.#done(id, child.withdrawn ? undefined : event, "arrives");
    };
    void child.scope
      .run(() =>
        startChild(runWorkflowType, {
          workflowId: workflowIdOf(runId),
          args: [shell.crossing(start)],
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
          // After a reset the same call is the same child again.
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowTaskTimeout: workflowInfo().taskTimeoutMs,
          priority: { fairnessKey: start.tenantId },
          ...childSearchAttributes(workflow),
        }),
      )
      .then((handle) => {
        child.phase = "running";
        this.#settle();
        if (child.withdrawn) child.scope.cancel();
        return handle.result() as Promise<unknown>;
      })
      .then((returned) => this.#succeeded(id, child, { runId, ...(returned as ChildReturn) }), failed);
  }

  #succeeded(id: CommandId, child: Child, result: ChildResult): void {
    const shell = this.#shell;
    const ended = (reference: KeptResult, comes: "arrives" | "follows"): void => {
      const event: Incoming = { kind: "childSucceeded", id, result, ...(reference === null ? {} : { reference }) };
      this.#done(id, child.withdrawn ? undefined : event, comes);
    };
    if (child.withdrawn || jsonTextBytes(JSON.stringify(result)) <= inlineResultMaxBytes) {
      ended(null, "arrives");
      return;
    }
    const args: KeepResultArgs = { tenantId: shell.writer().tenantId, result };
    shell.locally(
      () => local.keepResult(shell.inline(args)),
      () => durably.keepResult(shell.crossing(args)),
      (reference) => ended(reference, "follows"),
    );
  }

  #void(runIds: readonly string[], opened: OpenChildrenResult): void {
    const shell = this.#shell;
    const args: VoidChildrenArgs = { tenantId: shell.writer().tenantId, runIds };
    shell.locally(
      () => local.voidChildren(shell.inline(args)),
      () => durably.voidChildren(shell.crossing(args)),
      () => {
        for (const one of opened) {
          if (!("start" in one) || !runIds.includes(one.start.runId)) continue;
          this.#settle();
          this.#done(one.id, undefined);
        }
      },
    );
  }

  #settle(): void {
    this.#unsettled--;
    this.#shell.wake();
  }

  /** Of a child that was withdrawn the interpreter need not hear, but a bound may wait for it. */
  #done(id: CommandId, event: Incoming | undefined, comes: "arrives" | "follows" = "follows"): void {
    this.#open.delete(id);
    this.#shell.end();
    if (event === undefined) this.#shell.wake();
    else if (comes === "arrives") this.#shell.arrive(event);
    else this.#shell.push(event);
  }
}

/** The child's own error, as it ended with it. */
function childError(failure: unknown): ChildError {
  const cause = failure instanceof ChildWorkflowFailure ? failure.cause : failure;
  if (cause instanceof CancelledFailure)
    return { category: "Cancellation", code: "CANCELED", message: "The run was cancelled." };
  if (cause instanceof ApplicationFailure) {
    const reported = cause.details?.[0] as ChildError | undefined;
    if (reported !== undefined && typeof reported.category === "string") return reported;
  }
  if (cause instanceof TerminatedFailure || cause instanceof TimeoutFailure)
    return {
      category: "ActionError",
      code: "ENDED_OUTSIDE",
      message: `The execution ended outside of its run: ${cause instanceof TerminatedFailure ? "TERMINATED" : "TIMED_OUT"}`,
    };
  if ((failure as { readonly name?: string } | null)?.name === "WorkflowExecutionAlreadyStartedError")
    return {
      category: "ControlError",
      code: "CHILD_ALREADY_RUNNING",
      message: "The child that an earlier execution of this run had started has not ended.",
    };
  return {
    category: "ActionError",
    code: "CHILD_FAILED",
    message: failure instanceof Error ? failure.message : "The child failed",
  };
}
