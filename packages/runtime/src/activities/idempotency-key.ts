import { hash } from "node:crypto";
import { canonicalJson, type CommandOf, type Json } from "@mainspring/core";

type KeyedCall = Pick<CommandOf<"callAction">, "action" | "place" | "input" | "authoredKey">;

/**
 * The ledger's key of a call: tenant, action and major, then what tells this step execution from every other one, or the author's key
 * instead. The input counts as it stands in the command, before the action's schema parses it: a default added by a release must not change it.
 */
export function idempotencyKey(tenantId: string, runId: string, call: KeyedCall): string {
  const { stepPath, iteration } = call.place;
  const place: Json =
    call.authoredKey === undefined
      ? ["step", runId, stepPath, [...iteration], call.input]
      : ["authored", call.authoredKey];
  return sha256(canonicalJson([tenantId, call.action, place]));
}

/** By this the same authored key with another input is noticed. */
export function inputHash(input: Json): string {
  return sha256(canonicalJson(input));
}

export function sha256(text: string): string {
  return hash("sha256", text);
}
