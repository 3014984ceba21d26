import type { Json } from "@mainspring/core";
import type { ActionHttp } from "./http/action-http.ts";
import type { DataPort, MailPort } from "./ports.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One line that an action writes to the log of its worker, under its run and step. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly data?: Json;
}

/** The tenant's secrets, by name. */
export interface SecretReader {
  /** The secret's value; undefined when the tenant has none of that name. */
  read(name: string): Promise<string | undefined>;
}

/** All that a handler is given. Whatever it needs from outside comes through here, so that nothing else has to be reachable. */
export interface ActionContext<Input> {
  readonly input: Input;
  /** The guarded HTTP client, bound to the tenant's allow-list, the action's hosts, this call's key and its deadline. */
  readonly http: ActionHttp;
  /** What the tenant's workflows keep. */
  readonly data: DataPort;
  readonly mail: MailPort;
  /** The idempotency key: equal in every try of one invocation, different for every other. */
  readonly key: string;
  /** 1, 2, 3 ... */
  readonly attempt: number;
  readonly runId: string;
  readonly stepId: string;
  /** The turns of the loops around the step, outermost first. */
  readonly iteration: readonly number[];
  /** The time of the call, RFC 3339 UTC with milliseconds. */
  readonly now: string;
  /** Aborted when the deadline passes or the call is cancelled. */
  readonly signal: AbortSignal;
  log(entry: LogEntry): void;
  /**
   * A secret that the action has declared in `secrets`.
   * @throws ActionFailure SECRET_NOT_DECLARED, SECRET_NOT_FOUND
   */
  secret(name: string): Promise<string>;
  /** Notes places of the output, `<pointer> <code>`, where what came in could not be kept as it was. */
  noteAdjusted(notes: readonly string[]): void;
}
