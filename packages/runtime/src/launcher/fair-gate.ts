interface Limits {
  readonly perTenant: number;
  readonly total: number;
  /** Work that takes longer gives its place to the next one: it waits for something that more of it does not slow. */
  readonly placeMs: () => number;
}

/**
 * Lets so much be under way at once, of each tenant and in all; what waits takes turns by tenant. So a tenant's ten thousand requests stand in
 * a line of their own, and not in front of another's first one at the database's connections.
 */
export class FairGate {
  readonly #limits: Limits;
  /** By tenant, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #underWay = new Map<string, number>();
  #total = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const mayBegin = this.#total < this.#limits.total && (this.#underWay.get(tenantId) ?? 0) < this.#limits.perTenant;
    if (mayBegin) this.#take(tenantId);
    else await new Promise<void>((resolve) => this.#wait(tenantId, resolve));
    let held = true;
    const leave = (): void => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      this.#leave(tenantId);
    };
    const timer = setTimeout(leave, this.#limits.placeMs());
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #take(tenantId: string): void {
    this.#total++;
    this.#underWay.set(tenantId, (this.#underWay.get(tenantId) ?? 0) + 1);
  }

  #wait(tenantId: string, begin: () => void): void {
    const line = this.#waiting.get(tenantId);
    if (line === undefined) this.#waiting.set(tenantId, [begin]);
    else line.push(begin);
  }

  #leave(tenantId: string): void {
    this.#total--;
    const left = (this.#underWay.get(tenantId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(tenantId);
    else this.#underWay.set(tenantId, left);
    while (this.#total < this.#limits.total && this.#beginNext());
  }

  /** The first of the tenant whose turn it is; that tenant is then the last. */
  #beginNext(): boolean {
    for (const [tenantId, line] of this.#waiting) {
      if ((this.#underWay.get(tenantId) ?? 0) >= this.#limits.perTenant) continue;
      const begin = line.shift();
      this.#waiting.delete(tenantId);
      if (line.length > 0) this.#waiting.set(tenantId, line);
      if (begin === undefined) continue;
      this.#take(tenantId);
      begin();
      return true;
    }
    return false;
  }
}
