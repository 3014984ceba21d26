import type { Json } from "@mainspring/core";

/** Where a value of the tenant's data store is. */
export interface DataPlace {
  readonly namespace: string;
  readonly key: string;
}

/** A value with its version (1, 2, 3 ...) and its end. */
export interface DataValue {
  readonly value: Json;
  readonly version: number;
  readonly expiresAt: string | null;
}

/** The tenant's data store, bound to one call: a write that is made again under the call's key changes nothing and answers as before. */
export interface DataPort {
  /** Undefined when there is none, or when it has expired. */
  get(place: DataPlace): Promise<DataValue | undefined>;
  /** @returns `conflict` when the key is not at `expectedVersion`; 0: absent */
  put(
    write: DataPlace & {
      readonly value: Json;
      readonly expectedVersion?: number | undefined;
      readonly ttlMs?: number | undefined;
      readonly expiresAt?: string | undefined;
    },
  ): Promise<
    | { readonly result: "put"; readonly version: number; readonly expiresAt: string | null }
    | { readonly result: "conflict"; readonly version: number }
  >;
  delete(
    place: DataPlace & { readonly expectedVersion?: number | undefined },
  ): Promise<{ readonly result: "deleted" | "absent" } | { readonly result: "conflict"; readonly version: number }>;
}

/** A mail as it is handed over for delivery. */
export interface Mail {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo?: string | undefined;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** With its angle brackets. Equal in every try of one call, so that whoever receives the mail twice can tell. */
  readonly messageId: string;
}

/** Hands mail over. */
export interface MailPort {
  /**
   * @throws ActionFailure MAIL_NOT_CONFIGURED, MAIL_CONNECTION_FAILED, MAIL_DEFERRED (both TransientError), MAIL_REFUSED
   */
  send(
    mail: Mail,
    signal: AbortSignal,
  ): Promise<{ readonly accepted: readonly string[]; readonly rejected: readonly string[] }>;
}
