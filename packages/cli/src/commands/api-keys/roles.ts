import type { TenantRole } from "@mainspring/api";

/** As in the contract; written here so that the help needs none of it. */
export const tenantRoles: readonly TenantRole[] = ["viewer", "operator", "author", "admin"];
