interface Limits {
  readonly perTenant: number;
  readonly total: number;
  /** Work that takes longer gives its place to the next one: it waits for something that more of it does not slow. */
  readonly placeMs: () => number;
  /**
   * For so long after another tenant has asked, and while work takes much longer than it can, a tenant's work is one at a time, and its line
   * rests between two: most of a busy machine is the others'. Left out: others are not looked at.
   */
  readonly besideOthersMs?: number;
}

/** So many times what the fastest took: the machine is busy. */
const busyTimes = 2;
/** So many times what the last one took its tenant's line rests: what it started is at work meanwhile. */
const restTimes = 3;
/** The fastest is forgotten by so much with each work: what is possible changes. */
const forget = 1.005;

/**
 * Lets so much be under way at once, of each tenant and in all; what waits takes turns by tenant. So a tenant's ten thousand requests stand in
 * a line of their own, and not in front of another's first one at the database's connections.
 */
export class FairGate {
  readonly #limits: Limits;
  /** By tenant, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #underWay = new Map<string, number>();
  readonly #resting = new Set<string>();
  /** When it asked last, by tenant, the latest last. */
  readonly #askedMs = new Map<string, number>();
  #total = 0;
  #fastestMs = Infinity;
  #isBusy = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    this.#asks(tenantId);
    if (this.#total < this.#limits.total && this.#mayBegin(tenantId)) this.#take(tenantId);
    else await new Promise<void>((resolve) => this.#wait(tenantId, resolve));
    const beganMs = performance.now();
    let held = true;
    const leave = (outcome: "done" | "failed" | "late"): void => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      const tookMs = performance.now() - beganMs;
      // What is refused at once says nothing of how fast the machine can be: else a tenant's bad requests made it look busy to all.
      if (outcome !== "failed") this.#hasTaken(tookMs);
      this.#leave(tenantId, tookMs);
    };
    const timer = setTimeout(() => leave("late"), this.#limits.placeMs());
    try {
      const result = await work();
      leave("done");
      return result;
    } finally {
      leave("failed");
    }
  }

  #asks(tenantId: string): void {
    if (this.#limits.besideOthersMs === undefined) return;
    const nowMs = performance.now();
    this.#askedMs.delete(tenantId);
    this.#askedMs.set(tenantId, nowMs);
    for (const [tenant, askedMs] of this.#askedMs) {
      if (nowMs - askedMs <= this.#limits.besideOthersMs) break;
      this.#askedMs.delete(tenant);
    }
  }

  #hasTaken(ms: number): void {
    this.#fastestMs = Math.min(ms, this.#fastestMs * forget);
    this.#isBusy = ms > busyTimes * this.#fastestMs;
  }

  #leavesRoom(tenantId: string): boolean {
    if (!this.#isBusy) return false;
    const sinceMs = performance.now() - (this.#limits.besideOthersMs ?? 0);
    for (const [tenant, askedMs] of this.#askedMs) if (tenant !== tenantId && askedMs >= sinceMs) return true;
    return false;
  }

  #mayBegin(tenantId: string): boolean {
    const underWay = this.#underWay.get(tenantId) ?? 0;
    if (underWay >= this.#limits.perTenant || this.#resting.has(tenantId)) return false;
    return underWay === 0 || !this.#leavesRoom(tenantId);
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

  #leave(tenantId: string, tookMs: number): void {
    this.#total--;
    const left = (this.#underWay.get(tenantId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(tenantId);
    else this.#underWay.set(tenantId, left);
    if (this.#waiting.has(tenantId) && !this.#resting.has(tenantId) && this.#leavesRoom(tenantId)) {
      this.#resting.add(tenantId);
      setTimeout(
        () => {
          this.#resting.delete(tenantId);
          this.#beginAll();
        },
        Math.min(restTimes * tookMs, this.#limits.placeMs()),
      );
    }
    this.#beginAll();
  }

  #beginAll(): void {
    while (this.#total < this.#limits.total && this.#beginNext());
  }

  /** The first of the tenant whose turn it is; that tenant is then the last. */
  #beginNext(): boolean {
    for (const [tenantId, line] of this.#waiting) {
      if (!this.#mayBegin(tenantId)) continue;
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
