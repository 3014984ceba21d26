import { canonicalHash } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import type { AskedAs } from "@mainspring/store";

/** What a request's `Idempotency-Key` stands for; undefined without one. @param asked all that makes it another request */
export function askedAs(idempotencyKey: string | undefined, asked: Json): AskedAs | undefined {
  return idempotencyKey === undefined ? undefined : { key: idempotencyKey, hash: canonicalHash(asked) };
}
