import { getQuotas, type TenantDb } from "@mainspring/store";

/** A limit that a tenant is newly given reaches its calls without effect within this time; those with an effect ask with each claim. */
export const stepLimitKeptMs = 5_000;
const keptTenants = 10_000;

/** Which tenants have no limit of steps: their calls without effect need not ask before they are made. */
export class StepLimits {
  readonly #unlimitedUntilMs = new Map<string, number>();

  isUnlimited(tenantId: string): boolean {
    return (this.#unlimitedUntilMs.get(tenantId) ?? 0) > performance.now();
  }

  /** Asks the database, unless it was asked a moment ago. */
  async learn(db: TenantDb): Promise<void> {
    if (this.isUnlimited(db.tenantId)) return;
    if ((await getQuotas(db)).stepsPerMonth !== null) return;
    if (this.#unlimitedUntilMs.size >= keptTenants) this.#unlimitedUntilMs.clear();
    this.#unlimitedUntilMs.set(db.tenantId, performance.now() + stepLimitKeptMs);
  }
}
