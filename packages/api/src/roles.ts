/** What a tenant's key may do; each role may do what the ones before it may. */
export const tenantRoles = ["viewer", "operator", "author", "admin"] as const;
export type TenantRole = (typeof tenantRoles)[number];

/** Who may call a route: a tenant's key of at least this role, the platform key alone, or anyone. */
export type RouteRole = TenantRole | "platform" | "public";

/** Whether a key of role `held` may call a route that asks for `needed`. */
export function roleSuffices(held: TenantRole, needed: TenantRole): boolean {
  return tenantRoles.indexOf(held) >= tenantRoles.indexOf(needed);
}
