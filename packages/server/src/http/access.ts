import { createHash, timingSafeEqual } from "node:crypto";
import { roleSuffices } from "@mainspring/api";
import type { RouteRole, TenantRole } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";

/** Who asks: a key of one tenant, the platform, or somebody without a key. */
export type Caller =
  | {
      readonly kind: "tenant";
      readonly tenantId: string;
      readonly tenantName: string;
      readonly keyId: string;
      readonly keyName: string;
      readonly role: TenantRole;
      /** Whose tasks are the caller's too. */
      readonly groups: readonly string[];
      /** Whether the tenant is: its keys are known, and may do nothing. */
      readonly suspended: boolean;
    }
  | { readonly kind: "platform" }
  | { readonly kind: "nobody" };
export type TenantCaller = Extract<Caller, { kind: "tenant" }>;

/** Finds the key of a tenant by its text; undefined when there is none such. */
export type FindKey = (key: string) => Promise<Omit<TenantCaller, "kind"> | undefined>;

/**
 * Who a request's `Authorization` says that it is.
 * @throws MainspringError UNAUTHENTICATED for a header that names nobody; without a header the caller is nobody
 */
export async function identify(
  authorization: string | undefined,
  keys: { readonly findKey: FindKey; readonly platformKey: string },
): Promise<Caller> {
  if (authorization === undefined) return { kind: "nobody" };
  const key = /^Bearer +([\x21-\x7e]{1,400}) *$/i.exec(authorization)?.[1];
  if (key === undefined) throw unauthenticated("`Authorization` is not `Bearer <api key>`");
  if (sameSecret(key, keys.platformKey)) return { kind: "platform" };
  const found = await keys.findKey(key);
  if (found === undefined) throw unauthenticated("the key is not known");
  return { kind: "tenant", ...found };
}

/** @throws MainspringError UNAUTHENTICATED, FORBIDDEN, TENANT_SUSPENDED */
export function allow(caller: Caller, needed: RouteRole): void {
  if (needed === "public") return;
  if (caller.kind === "nobody") throw unauthenticated("the request has no `Authorization` header");
  if (caller.kind === "tenant" && caller.suspended) throw new MainspringError("TENANT_SUSPENDED");
  if (needed === "platform") {
    if (caller.kind !== "platform") throw new MainspringError("FORBIDDEN", {}, "this route needs the platform key");
    return;
  }
  if (caller.kind === "platform")
    throw new MainspringError("FORBIDDEN", {}, "this route needs a key of a tenant; the platform key belongs to none");
  if (!roleSuffices(caller.role, needed))
    throw new MainspringError(
      "FORBIDDEN",
      {},
      `this route needs the role ${needed}; the key has the role ${caller.role}`,
    );
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function unauthenticated(detail: string): MainspringError {
  return new MainspringError("UNAUTHENTICATED", {}, detail);
}
