import type { EgressAllow } from "@mainspring/actions";
import { getTenant, type TenantDb } from "@mainspring/store";

/** An administrator's change of an allow-list reaches every worker within this time. */
export const egressKeptMs = 5_000;
const keptTenants = 10_000;

/** What each tenant's calls may reach beyond the public internet, asked of the database every few seconds. */
export class Egress {
  readonly #kept = new Map<string, { readonly allow: EgressAllow; readonly untilMs: number }>();

  /** Undefined: it must be asked of the database. */
  known(tenantId: string): EgressAllow | undefined {
    const kept = this.#kept.get(tenantId);
    return kept !== undefined && kept.untilMs > performance.now() ? kept.allow : undefined;
  }

  async of(db: TenantDb): Promise<EgressAllow> {
    const known = this.known(db.tenantId);
    if (known !== undefined) return known;
    const allow = ((await getTenant(db))?.egressAllow ?? []) as EgressAllow;
    if (this.#kept.size >= keptTenants) this.#kept.clear();
    this.#kept.set(db.tenantId, { allow, untilMs: performance.now() + egressKeptMs });
    return allow;
  }
}
