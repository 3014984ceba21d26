import type { ErrorEntry } from "./catalogue.ts";
import { errors } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";

/** An error that has a code of the catalogue: how packages tell each other, and the API its caller, what went wrong. */
export class MainspringError extends Error {
  override readonly name = "MainspringError";
  readonly code: ErrorCode;
  readonly details: { readonly [key: string]: unknown };

  /** @param message left out: the code's title */
  constructor(code: ErrorCode, details: { readonly [key: string]: unknown } = {}, message?: string) {
    super(message ?? errors[code].title);
    this.code = code;
    this.details = details;
  }

  /** The HTTP status that a request which ends in this error is answered with. */
  get status(): number {
    const entry: ErrorEntry = errors[this.code];
    return entry.status ?? 500;
  }
}
