import type { CommandId, Instant, ResolvedWhen, RunEvent } from "@mainspring/core";
import type { FlushArgs } from "./contract.ts";

export interface OpenTasksArgs extends FlushArgs {
  readonly tasks: readonly {
    readonly id: CommandId;
    readonly taskId: string;
    /** Of a form that has to be looked up. */
    readonly formName?: string;
    /** Where it is business time. */
    readonly due?: Extract<ResolvedWhen, { readonly business: unknown }>;
  }[];
  /** From when business time counts. */
  readonly from: Instant;
}

/** What the run is told of each task, in their order. */
export type OpenTasksResult = readonly (Told<"taskOpened"> | Told<"commandFailed">)[];

type Told<K extends RunEvent["kind"]> = Omit<Extract<RunEvent, { kind: K }>, "now" | "turn">;
