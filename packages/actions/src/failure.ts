import type { ErrorCategory, Json } from "@mainspring/core";

/** The categories that an action's call can end in; the author's `retryOn` and catches see them unchanged. */
export type FailureCategory = Extract<
  ErrorCategory,
  | "ValidationError"
  | "TransientError"
  | "ActionError"
  | "TimeoutError"
  | "QuotaExceededError"
  | "BusinessError"
  | "Cancellation"
>;

/** A failure as plain data, the form in which it crosses into the engine. */
export interface FailureData {
  readonly category: FailureCategory;
  /** Stable, upper case with underscores, e.g. `HTTP_404`. */
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  /** The shortest delay before a next try, as the other side asked for it; at most one hour. */
  readonly retryAfterMs?: number;
}

/** What an action throws to fail with a category and a code of its own, and all that {@link performAction} throws. */
export class ActionFailure extends Error {
  readonly category: FailureCategory;
  readonly code: string;
  readonly details?: Json;
  readonly retryAfterMs?: number;

  constructor(failure: FailureData) {
    super(failure.message);
    this.name = "ActionFailure";
    this.category = failure.category;
    this.code = failure.code;
    if (failure.details !== undefined) this.details = failure.details;
    if (failure.retryAfterMs !== undefined) this.retryAfterMs = failure.retryAfterMs;
  }

  toJSON(): FailureData {
    return {
      category: this.category,
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }
}
